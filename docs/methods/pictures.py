"""Makes the pictures of this folder and the table of times.

    cargo build --release --features cli,app --bin gradcam
    python docs/methods/pictures.py [GRADCAM]

GRADCAM is the command line's program, `target/release/gradcam` if left out. Explains
www/samples/coffee.png by every method with two models (`make models`), writes a small
picture for each method, six of them side by side (`six.jpg`), and `table.md`. Needs Pillow.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PICTURE = ROOT / "www/samples/coffee.png"
MODELS = ["xception-kitchenware", "efficientnet-lite0"]
# As many runs as a person may wait for.
SETTINGS = ["masks=300", "channels=64", "samples=10", "steps=20"]
SIX = ["grad-cam", "layer-cam", "grad-cam++", "occlusion", "guided-backprop", "guided-grad-cam"]
WIDTH = 320


def explain(program, model, methods, out):
    """One JSON object for each method."""
    declared = {s["id"] for m in methods for s in m["settings"]}
    said = [word for text in SETTINGS if text.split("=")[0] in declared for word in ("--set", text)]
    command = [program, "explain", str(ROOT / f"www/models/{model}.onnx"), str(PICTURE),
               "--method", "all", "--json", "--out", str(out), *said]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    return {line["method"]: line for line in map(json.loads, done.stdout.splitlines())}


def small(path):
    picture = Image.open(path).convert("RGB")
    return picture.resize((WIDTH, WIDTH * picture.height // picture.width), Image.LANCZOS)


def side_by_side(names, folder):
    pictures = [small(folder / f"coffee.{name}.png") for name in SIX]
    width, height = pictures[0].size
    sheet = Image.new("RGB", (3 * width + 16, 2 * (height + 24) + 8), "white")
    draw = ImageDraw.Draw(sheet)
    for place, (name, picture) in enumerate(zip(SIX, pictures)):
        left, top = place % 3 * (width + 8), place // 3 * (height + 32)
        sheet.paste(picture, (left, top))
        draw.text((left + 2, top + height + 4), names[name], fill="black")
    sheet.save(HERE / "six.jpg", quality=82)


def table(methods, results):
    rows = ["| method | " + " | ".join(f"{model}: time, runs" for model in MODELS) + " |",
            "|---|" + "---|" * len(MODELS)]
    for method in methods:
        cells = []
        for model in MODELS:
            line = results[model].get(method["id"])
            cells.append(f"{line['timings_ms']['explain'] / 1000:.2f} s, {line['runs']}" if line else "–")
        rows.append(f"| [{method['name']}]({method['id']}.md) | " + " | ".join(cells) + " |")
    note = f"With {', '.join(SETTINGS)}; natively, by `docs/methods/pictures.py`.\n"
    (HERE / "table.md").write_text("# Time and runs\n\n" + note + "\n" + "\n".join(rows) + "\n")


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "target/release/gradcam")
    listed = subprocess.run([program, "methods", "--json"], stdout=subprocess.PIPE, check=True)
    methods = json.loads(listed.stdout)["methods"]
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for model in reversed(MODELS):  # The pictures of the first stay.
            results[model] = explain(program, model, methods, Path(folder))
        for method in methods:
            path = Path(folder) / f"coffee.{method['id']}.png"
            if path.exists():
                small(path).save(HERE / f"{method['id']}.jpg", quality=80)
        side_by_side({method["id"]: method["name"] for method in methods}, Path(folder))
    table(methods, results)


if __name__ == "__main__":
    main()

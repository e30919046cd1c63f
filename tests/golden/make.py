"""Makes the golden arrays of the large models with Keras itself.

    python tests/golden/make.py [--only ID…]

Writes `built/<model>/<picture>.{input,logits,activations,gradients,map}.npy`,
`built/<model>/<picture>.json` and `built/<model>.f32.onnx`: too large to commit.
Keras computes the gradients by GradientTape in float32; ONNX has no part in it.
"""

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "models"))

import convert
import grad_cam_keras
import metadata
import sources
from picture import prepare

BUILT = HERE / "built"
MODELS = ["xception-kitchenware", "xception-brain-mri"]
SCRIPTS = ["convert", "grad_cam_keras", "metadata", "picture", "quiet", "sources"]
PICTURES = ["chelsea.png", "coffee.png", "rocket.jpg", "astronaut.png"]


def key_of(entry):
    """Changes whenever the arrays could."""
    models = ROOT / "models"
    used = [Path(__file__), models / "requirements.txt"]
    used += [models / f"{name}.py" for name in SCRIPTS]
    used += [ROOT / "www" / "samples" / name for name in PICTURES]
    parts = [json.dumps(entry, sort_keys=True).encode()]
    parts += [path.read_bytes() for path in used]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def make(entry, cache):
    """All arrays of one model, and its float32 ONNX."""
    keras_model = sources.load_keras(entry["weights"], cache, limit_seconds=90)
    model = convert.flatten_to_logits(keras_model, entry["input_size"])
    converted, layer = convert.to_onnx(model)
    preprocess = metadata.preprocess(entry["input_size"], entry["value_range"])
    labels = sources.load_labels(entry["labels"], cache)
    metadata.set_metadata(
        converted, layer=layer, preprocess=preprocess, labels=labels,
        source=entry["source"], license=entry["license"],
    )
    BUILT.mkdir(exist_ok=True)
    for name in PICTURES:
        tensor = prepare(ROOT / "www" / "samples" / name, preprocess)
        top, arrays = grad_cam_keras.explain(model, layer, tensor)
        grad_cam_keras.save(
            BUILT / entry["id"], Path(name).stem, top, arrays, f"www/samples/{name}"
        )
    (BUILT / f"{entry['id']}.f32.onnx").write_bytes(converted.SerializeToString())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", default=[], metavar="ID", choices=MODELS)
    parser.add_argument("--cache", type=Path, default=sources.default_cache())
    options = parser.parse_args()
    for entry in sources.find_entries(sources.read_catalog(), options.only or MODELS):
        begin = time.monotonic()
        key_file, key = BUILT / f"{entry['id']}.key", key_of(entry)
        if key_file.exists() and key_file.read_text() == key:
            print(f"{entry['id']}: golden arrays are up to date")
            continue
        try:
            make(entry, options.cache)
        except sources.Unavailable as reason:
            # The tests that need them say that they are skipped.
            print(f"{entry['id']}: no golden arrays: {reason}", file=sys.stderr)
            continue
        key_file.write_text(key)
        print(f"{entry['id']}: golden arrays made in {time.monotonic() - begin:.1f} s")


if __name__ == "__main__":
    main()

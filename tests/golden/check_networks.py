"""Checks gradient branches in onnxruntime against the golden gradients.

    check_networks.py FOLDER [--golden built/networks] [--only NAME…]

FOLDER holds what `gradcam attach` made of each golden network, as
`<network>/<policy>.onnx` with the inputs picture and `cotangent` and an output
`gradients.<layer>` for each layer that golden.json names, and `gradients.input`.
The exit status is 1 if a model lacks, or a gradient is off.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime

GOLDEN = Path(__file__).resolve().parent / "built" / "networks"
# Of the largest absolute value of the tensor.
LIMIT = 1e-3


def run(model, picture, cotangent, outputs):
    """The named outputs of an attached model, in onnxruntime's default settings."""
    options = onnxruntime.SessionOptions()
    # Only errors: hundreds of warnings say that an unused weight was dropped.
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        str(model), options, providers=["CPUExecutionProvider"]
    )
    there = {value.name for value in session.get_outputs()}
    lacking = [name for name in outputs if name not in there]
    if lacking:
        raise ValueError(f"has no output {', '.join(lacking)}")
    images = [value.name for value in session.get_inputs() if value.name != "cotangent"]
    if len(images) != 1:
        raise ValueError(f"has {len(images)} inputs besides the cotangent")
    return session.run(outputs, {images[0]: picture, "cotangent": cotangent})


def deviation(found, wanted):
    """The largest difference relative to the maximum, and what to print of it."""
    if found.shape != wanted.shape:
        return np.inf, f"shape {list(found.shape)} instead of {list(wanted.shape)}"
    off = float(np.abs(found.astype(np.float64) - wanted).max() / np.abs(wanted).max())
    return off, f"{off:.2e}"


def check(golden, about, model, policy):
    """Prints a line for each gradient of one model; whether all are right."""
    files = about["policies"][policy]
    line = f"{about['network']:<18} {policy:<7} {{:<10}} {{}}"
    if not model.exists():
        print(line.format("MISSING", model))
        return False
    try:
        inputs = [np.load(golden / name) for name in (about["input"]["file"], about["cotangent"])]
        found = run(model, *inputs, list(files))
    except Exception as error:  # onnxruntime's own have no common base
        print(line.format("FAILS", str(error).splitlines()[0]))
        return False
    good = True
    for (output, file), gradient in zip(files.items(), found):
        off, text = deviation(gradient, np.load(golden / file))
        right = off <= LIMIT
        print(line.format(text, output if right else f"{output} DIFFERS"))
        good &= right
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where <network>/<policy>.onnx are")
    parser.add_argument("--golden", type=Path, default=GOLDEN, metavar="DIR",
                        help="where <network>/golden.json are (default %(default)s)")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    options = parser.parse_args()
    found = sorted(path.parent for path in options.golden.glob("*/golden.json"))
    chosen = [golden for golden in found if not options.only or golden.name in options.only]
    if not chosen:
        sys.exit(f"no golden networks in {options.golden}; make golden builds them")
    print("Largest difference, as a part of the tensor's maximum")
    good = True
    for golden in chosen:
        about = json.loads((golden / "golden.json").read_text())
        for policy in about["policies"]:
            model = options.folder / golden.name / f"{policy}.onnx"
            good &= check(golden, about, model, policy)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

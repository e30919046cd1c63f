"""Checks a model with its gradient branch in onnxruntime, an engine that is not ours.

    check_onnxruntime.py MODEL.onnx INPUT.npy DIR --class N [--write]

Runs the model with a one-hot cotangent for class N and compares its outputs with
`logits.npy`, `activations.npy` and `gradients.npy` in DIR; with `--write` it
writes them there instead. The exit status is 1 if one is off.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import onnxruntime

OUTPUTS = ["logits", "activations", "gradients"]
LOGITS_LIMIT = 1e-3
RELATIVE_LIMIT = 1e-4


def run(model, tensor, number):
    """The three outputs for the class with this number."""
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    inputs = {value.name: value.shape for value in session.get_inputs()}
    outputs = {value.name for value in session.get_outputs()}
    lacking = [name for name in OUTPUTS if name not in outputs]
    if "cotangent" not in inputs or lacking:
        sys.exit(f"{model} has no gradient branch: inputs {', '.join(inputs)}; "
                 f"outputs {', '.join(sorted(outputs))}")
    classes = inputs.pop("cotangent")[1]
    if not 0 <= number < classes:
        sys.exit(f"there is no class {number}: the model has 0 to {classes - 1}")
    cotangent = np.zeros((1, classes), np.float32)
    cotangent[0, number] = 1
    (image,) = inputs
    return session.run(OUTPUTS, {image: tensor, "cotangent": cotangent})


def deviation(name, expected, ours):
    """How far ours is off and how far it may be, in the same unit."""
    if expected.shape != ours.shape:
        return f"shape {ours.shape} instead of {expected.shape}", False
    off = float(np.abs(expected.astype(np.float64) - ours).max())
    if name == "logits":
        return f"off by {off:.2e} (limit {LOGITS_LIMIT:.0e})", off <= LOGITS_LIMIT
    largest = float(np.abs(expected).max())
    relative = off / largest if largest else off
    text = f"off by {relative:.2e} of the maximum {largest:.3g} (limit {RELATIVE_LIMIT:.0e})"
    return text, relative <= RELATIVE_LIMIT


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("input", type=Path, help="the prepared tensor (.npy)")
    parser.add_argument("folder", type=Path, help="where our three .npy files are")
    parser.add_argument("--class", type=int, required=True, dest="number", metavar="N")
    parser.add_argument("--write", action="store_true",
                        help="write onnxruntime's outputs there and compare nothing")
    options = parser.parse_args()
    results = run(options.model, np.load(options.input), options.number)
    status = 0
    for name, expected in zip(OUTPUTS, results):
        path = options.folder / f"{name}.npy"
        if options.write:
            options.folder.mkdir(parents=True, exist_ok=True)
            np.save(path, expected)
            continue
        text, good = deviation(name, expected, np.load(path))
        print(f"{name}: {'agrees' if good else 'DIFFERS'}, {text}")
        status |= not good
    return status


if __name__ == "__main__":
    sys.exit(main())

"""Runs small graphs in onnxruntime, an engine that is not ours, and compares.

    check_rules.py FOLDER [--least N]

FOLDER/<operator>/<number> holds `model.onnx`, its inputs as `input.0.npy` and so
on, and the outputs that are wanted as `output.0.npy` and so on. Each model is
checked by `onnx.checker`, too. The exit status is 1 if one is off or broken, or
if fewer than N ran; what onnxruntime does not implement is listed.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import NotImplemented as Lacking

# What onnxruntime says where it covers less than the specification.
LIMITS = {
    "Dilation not supported for AutoPadType": "dilations with SAME",
    "size_ % 2 == 1 was false": "an even size",
    "X_shape.NumDimensions() == 4 was false": "another rank than 4",
    "padding values must be non-negative": "SAME with a kernel smaller than its stride",
}
RELATIVE_LIMIT = 1e-4
ABSOLUTE_LIMIT = 1e-6


def arrays(folder, kind):
    """The numbered arrays of one kind, in order."""
    count = len(list(folder.glob(f"{kind}.*.npy")))
    return [np.load(folder / f"{kind}.{number}.npy") for number in range(count)]


def describe(model):
    """The nodes, one a line, for a message."""
    nodes = []
    for node in model.graph.node:
        named = [f"{a.name}={onnx.helper.get_attribute_value(a)}" for a in node.attribute]
        nodes.append(f"    {', '.join(node.output)} = {node.op_type}({', '.join(node.input)}) "
                     + " ".join(named))
    return "\n".join(nodes)


def problem(name, wanted, found):
    """What is wrong with one output; None if nothing is."""
    if wanted.shape != found.shape:
        return f"{name} has the shape {found.shape} instead of {wanted.shape}"
    limit = RELATIVE_LIMIT * np.abs(wanted).max(initial=0) + ABSOLUTE_LIMIT
    off = np.abs(wanted - found)
    if (off <= limit).all():  # False for NaN
        return None
    return (f"{name} is off by {off.max(initial=0):.2e} (limit {limit:.2e}):\n"
            f"wanted {wanted.ravel()[:24]}\nfound  {found.ravel()[:24]}")


def has_ceil_mode(model):
    """Whether a pool rounds up. The shape inference that the checker and
    onnxruntime share counts windows that would start in the padding. According to
    the specification, and to onnxruntime when it runs, they are left out."""
    return any(attribute.name == "ceil_mode" and attribute.i
               for node in model.graph.node for attribute in node.attribute)


def validate(model):
    """Raises what the checker has against a model."""
    try:
        onnx.checker.check_model(model, full_check=True)
    except onnx.checker.ValidationError as error:
        # GroupNormalization of operator set 18: files have it all the same.
        if "is deprecated in domain_version" not in str(error):
            raise
    except onnx.shape_inference.InferenceError:
        if not has_ceil_mode(model):
            raise
        onnx.checker.check_model(model)


def check(folder):
    """Everything that is wrong with one case."""
    model = onnx.load(folder / "model.onnx")
    validate(model)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]
    found = session.run(None, dict(zip(names, arrays(folder, "input"), strict=True)))
    names = [value.name for value in session.get_outputs()]
    compared = zip(names, arrays(folder, "output"), found, strict=True)
    return [text for text in (problem(*one) for one in compared) if text]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--least", type=int, default=1, metavar="N",
                        help="how many must run")
    options = parser.parse_args()
    onnxruntime.set_default_logger_severity(4)
    ran, lacking, wrong = 0, Counter(), Counter()
    for folder in sorted(file.parent for file in options.folder.glob("*/*/model.onnx")):
        operator = folder.parent.name
        model = onnx.load(folder / "model.onnx")
        opset = model.opset_import[0].version
        try:
            problems = check(folder)
            ran += 1
        except Lacking as error:
            lacking[f"{operator}: {str(error).splitlines()[0]}"] += 1
            continue
        except Exception as error:  # Whatever it is, the other cases count, too.
            limits = [limit for words, limit in LIMITS.items() if words in str(error)]
            if "ShapeInferenceError" in str(error) and has_ceil_mode(model):
                limits.append("shapes where ceil_mode leads into the padding")
            if limits:
                lacking[f"{operator}: {limits[0]}"] += 1
                continue
            problems = [f"{type(error).__name__}: {error}"]
        if problems:
            wrong[operator] += 1
            print(f"{folder.relative_to(options.folder)}, operator set {opset}:",
                  *problems, describe(model), sep="\n")
    for what, count in sorted(lacking.items()):
        print(f"NOT RUN: {what} ({count})")
    total = ran + wrong.total() + lacking.total()
    print(f"{options.folder.name}: {ran} of {total} ran in onnxruntime {onnxruntime.__version__}, "
          f"{lacking.total()} it does not implement, {wrong.total()} wrong {dict(wrong)}")
    if ran < options.least:
        print(f"too few: {options.least} should run")
    return int(bool(wrong) or ran < options.least)


if __name__ == "__main__":
    sys.exit(main())

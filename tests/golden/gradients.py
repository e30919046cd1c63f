"""What the scripts that make golden gradients share: the guided ReLU, the files.

A reference has `names` (the layers), `cotangent`, and `run(pictures, policy)`, which
returns the logits [N, K], the activations of the layers, the gradients of
Σ cotangent · logits at the layers and, last, at the pictures, both as lists of
[N, C, h, w], and how many nodes the ReLU policy was about.
"""

import argparse
import hashlib
import json
import time
import zlib
from collections import Counter

import numpy as np

CLASSES = 10
DEPTHS = ["early", "middle", "late"]
POLICIES = ["plain", "guided"]
# Weights are taken only if errors of rounding move no gradient by more than this part
# of its maximum. They are tried out as relative changes of the picture.
STEADY = 2e-4
ROUNDING = 1e-6
SHAKES = 5
ATTEMPTS = 20


def rectifier(upper, policy):
    """ReLU (upper bound ∞) or ReLU6 with the backward rule of the policy.

    The gradient passes where 0 < x < upper; guided, only if it is positive, too.
    """
    import tensorflow as tf

    function = tf.nn.relu if np.isinf(upper) else lambda x: tf.clip_by_value(x, 0, upper)

    @tf.custom_gradient
    def rectify(x):
        def backward(gradient):
            passes = (x > 0) & (x < upper)
            if policy == "guided":
                passes &= gradient > 0
            return tf.where(passes, gradient, tf.zeros_like(gradient))

        return function(x), backward

    return rectify


def random_generator(name):
    """The same numbers for a network whichever others are made before it."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def unsteadiness(reference, picture, rng):
    """How far rounding errors may move the gradients, relative to their maximum.

    A value that is within rounding error of a ReLU's corner, or of its neighbour in
    a window of max-pooling, may fall to either side in another engine, and its
    gradient with it. Comparing that would compare luck.
    """
    shaken = picture * (1 + ROUNDING * rng.normal(size=(SHAKES, *picture.shape[1:])))
    pictures = np.concatenate([picture, shaken]).astype(np.float32)
    worst = 0.0
    for policy in POLICIES:
        for gradient in reference.run(pictures, policy)[2]:
            off = np.abs(gradient[1:] - gradient[:1]).max()
            worst = max(worst, float(off / np.abs(gradient[0]).max()))
    return worst


def steady(attempt, rng):
    """The first reference and picture whose gradients do not hang on rounding.

    `attempt()` gives a reference and a picture with new random numbers.
    """
    for tried in range(1, ATTEMPTS + 1):
        reference, picture = attempt()
        moved = unsteadiness(reference, picture, rng)
        print(f"  attempt {tried}: rounding moves the gradients by {moved:.1e}", flush=True)
        if moved <= STEADY:
            return reference, picture
    raise SystemExit(f"after {ATTEMPTS} attempts rounding still moves the gradients")


def save(path, array):
    np.save(path, np.ascontiguousarray(array, np.float32))


def write(folder, model, reference, picture, layout, layers, logits_tensor):
    """Writes the model, all arrays, and golden.json, which says what they are.

    `layout` is the picture's, `layers` the pairs of tensor and layout.
    """
    graph = model.graph
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    logits, _, _, rectifiers = reference.run(picture, "plain")
    arrays = {"input": picture, "cotangent": reference.cotangent, "logits": logits}
    for name, array in arrays.items():
        save(folder / f"{name}.npy", array)
    about = {
        "network": folder.name,
        "model": "model.onnx",
        "input": {"tensor": graph.input[0].name, "layout": layout, "file": "input.npy"},
        "cotangent": "cotangent.npy",
        "logits": {"tensor": logits_tensor, "file": "logits.npy"},
        "output": graph.output[0].name,
        "softmax": graph.node[-1].op_type == "Softmax",
        "layers": [
            {"depth": depth, "tensor": tensor, "layout": its}
            for depth, (tensor, its) in zip(DEPTHS, layers)
        ],
        "policies": {
            policy: save_gradients(folder, reference, picture, policy) for policy in POLICIES
        },
        "rectifiers": rectifiers,
        "operators": dict(sorted(Counter(node.op_type for node in graph.node).items())),
    }
    (folder / "golden.json").write_text(json.dumps(about, indent=2) + "\n")


def save_gradients(folder, reference, picture, policy):
    """Writes one policy's gradients as NCHW; returns the files by output name."""
    gradients = reference.run(picture, policy)[2]
    outputs = [f"gradients.{name}" for name in [*reference.names, "input"]]
    files = {}
    for output, place, gradient in zip(outputs, [*DEPTHS, "input"], gradients):
        files[output] = f"{policy}.{place}.npy"
        save(folder / files[output], gradient)
        print(f"  {policy} {output}: maximum {np.abs(gradient).max():.3g}, "
              f"{np.mean(gradient == 0):.0%} zero")
    return files


def key_of(name, scripts):
    """Changes whenever the arrays could."""
    parts = [name.encode()] + [path.read_bytes() for path in scripts]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def make_all(about, out, networks, scripts, make):
    """The command line: makes what is not up to date, or what `--only` names."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", choices=networks)
    options = parser.parse_args()
    for name in options.only or networks:
        begin = time.monotonic()
        folder, key = out / name, key_of(name, scripts)
        key_file = folder / "key"
        if key_file.exists() and key_file.read_text() == key:
            print(f"{name}: golden gradients are up to date")
            continue
        folder.mkdir(parents=True, exist_ok=True)
        key_file.unlink(missing_ok=True)
        make(name, folder)
        key_file.write_text(key)
        print(f"{name}: golden gradients made in {time.monotonic() - begin:.1f} s", flush=True)

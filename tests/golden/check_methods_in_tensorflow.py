"""Checks maps of whole models against the formulas in NumPy, on TensorFlow's gradients.

    check_methods_in_tensorflow.py PLAN.json

The plan names the model, its layers, the photographs and the maps, each with its method,
layer and settings; method_inputs.py made the pictures. Activations and gradients are
TensorFlow's (see taped_run.py), outputs for changed pictures onnxruntime's; formulas are
computed in float64. The exit status is 1 if a map is off by more than 1e-3 of its maximum.
"""

import functools
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "models"))

import check_methods
import method_inputs
import numpy as np
import onnx
import onnxruntime
import quiet  # noqa: F401 (before TensorFlow)
import tensorflow as tf
from check_methods import AT_LAYER, BY_OUTPUTS, LIMIT, upsampled, weighted
from onnx_in_tensorflow import Run
from taped_run import ROUNDING, TapedRun

# What TensorFlow's and onnxruntime's logits may differ by, of the greatest.
LOGITS_LIMIT = 1e-4


class Model:
    """What the plan names, and a session of onnxruntime."""

    def __init__(self, plan):
        self.folder, model = Path(plan["folder"]), onnx.load(plan["model"])
        self.graph, self.preprocess = model.graph, method_inputs.read_preprocess(model)
        providers = ["CPUExecutionProvider"]
        self.session = onnxruntime.InferenceSession(plan["model"], providers=providers)


class Network(check_methods.Network):
    """The same for a model of either layout."""

    def __init__(self, model, pixels):
        self.model, self.session = model, model.session
        self.input = model.graph.input[0].name
        self.picture = pixels.transpose(1, 2, 0)

    def logits(self, picture):
        pixels = picture.transpose(2, 0, 1).astype(np.float32)
        tensor = method_inputs.of_channels_first(pixels, self.model.preprocess)
        return self.session.run(None, {self.input: tensor})[0][0].astype(np.float64)


class Pass:
    """Activations and gradients of the logit of class `number`, all [C, h, w]."""

    def __init__(self, model, name, number):
        self.model, self.number = model, number
        tensor = np.load(model.folder / f"{name}.npy")
        self.pixels = method_inputs.to_channels_first(tensor, model.preprocess).astype(np.float64)
        self.network = Network(model, self.pixels)
        tape = json.loads((model.folder / f"{name}.tape.json").read_text())
        tape = {tensor: np.load(file) for tensor, file in tape.items()}
        self.image = tf.constant(tensor)
        with tf.GradientTape(persistent=True) as self.tape:
            self.tape.watch(self.image)
            self.run = TapedRun(model.graph, self.image, tape).through(model.graph)
            self.logits = self.run.values[model.graph.output[0].name]
            self.score = self.logits[0, number]

    def activations(self, layer):
        return self.run.values[layer][0].numpy().astype(np.float64)

    @functools.cache
    def gradient(self, layer):
        self.run.policy = "plain"
        gradient = self.tape.gradient(self.score, self.run.values[layer])
        return gradient[0].numpy().astype(np.float64)

    @functools.cache
    def input_gradient(self, policy="plain"):
        self.run.policy = policy
        gradient = self.tape.gradient(self.score, self.image).numpy().astype(np.float64)
        return method_inputs.to_channels_first(gradient, self.model.preprocess)

    def score_behind(self, layer, activations):
        """For each of a batch of other activations, [N, C, h, w]."""
        run = Run(self.model.graph, self.image)
        run.values = self.run.values
        logits = run.behind(self.model.graph, layer, tf.constant(activations, tf.float32))
        return logits[:, self.number].numpy().astype(np.float64)

    def head_weights(self):
        """The class's in the last node, a Gemm."""
        gemm = self.model.graph.node[-1]
        assert gemm.op_type == "Gemm"
        weights = np.asarray(self.run.values[gemm.input[1]], np.float64)
        is_transposed = any(entry.name == "transB" and entry.i for entry in gemm.attribute)
        return weights[self.number] if is_transposed else weights[:, self.number]


# --- formulas ----------------------------------------------------------------------------


def class_activation_map(of, layer):
    return weighted(of.activations(layer), of.head_weights())


def greatest_magnitude(channels):
    return np.abs(channels).max(axis=0)


def guided_grad_cam(of, layer):
    gradient = of.gradient(layer)
    map_at_layer = AT_LAYER["grad-cam"](of.activations(layer), gradient)
    guided = of.input_gradient("guided")
    return (guided * upsampled(np.maximum(map_at_layer, 0), *guided.shape[1:])).sum(axis=0)


def ablation_cam(of, layer, settings):
    activations = of.activations(layer)
    order = np.argsort(-activations.var(axis=(1, 2)), kind="stable")[:int(settings["channels"])]
    without = np.repeat(activations[None], len(order), axis=0)
    without[np.arange(len(order)), order] = 0
    whole = float(of.score)
    weights = np.zeros(len(activations))
    weights[order] = (whole - of.score_behind(layer, without)) / abs(whole)
    return weighted(activations, weights)


def smooth_grad_cam_plus_plus(copies, layer):
    mean = lambda values: np.mean(list(values), axis=0)
    gradients = [copy.gradient(layer) for copy in copies]
    activations = mean(copy.activations(layer) for copy in copies)
    gradient, square, cube = (mean(g**power for g in gradients) for power in (1, 2, 3))
    sums = activations.sum(axis=(1, 2), keepdims=True)
    shares = np.where(gradient > 0, square / (2 * square + sums * cube + 1e-6), 0)
    return weighted(activations, (shares * np.maximum(gradient, 0)).sum(axis=(1, 2)))


def integrated_gradients(of, points):
    _, weights = method_inputs.quadrature(len(points))
    integral = sum(weight * point.input_gradient() for weight, point in zip(weights, points))
    return ((of.pixels - method_inputs.grey(of.model.preprocess)) * integral).sum(axis=0)


AT_INPUT = {
    "saliency": lambda of: greatest_magnitude(of.input_gradient()),
    "gradient-x-input": lambda of: (of.pixels * of.input_gradient()).sum(axis=0),
    "guided-backprop": lambda of: greatest_magnitude(of.input_gradient("guided")),
    "deconvnet": lambda of: greatest_magnitude(of.input_gradient("deconvnet")),
}


def expected(entry, of, changed):
    """The map of a plan's entry; `changed(kind)` are passes of changed pictures."""
    method, layer, settings = entry["method"], entry["layer"], entry["settings"]
    if method in AT_LAYER:
        return AT_LAYER[method](of.activations(layer), of.gradient(layer))
    if method in AT_INPUT:
        return AT_INPUT[method](of)
    if method in BY_OUTPUTS:
        activations = of.activations(layer) if layer else None
        return BY_OUTPUTS[method](of.network, activations, of.number, settings, entry["seed"])
    if method == "smoothgrad":
        gradients = [copy.input_gradient() for copy in changed("noisy")]
        return greatest_magnitude(np.mean(gradients, axis=0))
    return {
        "cam": lambda: class_activation_map(of, layer),
        "guided-grad-cam": lambda: guided_grad_cam(of, layer),
        "ablation-cam": lambda: ablation_cam(of, layer, settings),
        "smooth-grad-cam++": lambda: smooth_grad_cam_plus_plus(changed("noisy"), layer),
        "integrated-gradients": lambda: integrated_gradients(of, changed("path")),
    }[method]()


# --- comparison --------------------------------------------------------------------------


class Comparison:
    """Collects differences and what was wrong."""

    def __init__(self):
        self.greatest, self.wrong = {}, []

    def logits(self, of, name):
        """Whether TensorFlow computes the model, and its sides are the tape's but for rounding."""
        found, wanted = of.logits[0].numpy(), of.network.logits(of.network.picture)
        off = np.abs(found - wanted).max() / np.abs(wanted).max()
        run = of.run
        print(f"{name}: logits are off by {off:.1e}; {run.moved} values on the other side of "
              f"their corner, the farthest by {run.most_moved:.1e} of its tensor's maximum")
        if off > LOGITS_LIMIT or run.most_moved > ROUNDING:
            self.wrong.append(f"{name}: TensorFlow")

    def signs(self, entry, of, name):
        """Whether the fast gradient sign method moves every pixel as TensorFlow would that has more
        than 1e-6 of the greatest gradient."""
        found, wanted = np.load(entry["channels"]).astype(np.float64), of.input_gradient()
        clear = np.abs(wanted) > 1e-6 * np.abs(wanted).max()
        other = clear & (np.sign(found) != np.sign(wanted))
        print(f"{name}: {other.sum()} of {clear.sum()} signs of the gradient differ")
        if other.any():
            self.wrong.append(f"{name}: signs of the gradient")

    def map(self, entry, wanted, name):
        """Whether the map of an entry is the wanted one."""
        found = np.load(entry["npy"]).astype(np.float64)
        off = float(np.abs(found - wanted).max() / np.abs(wanted).max())
        key = (entry["method"], entry["layer"])
        if not off <= self.greatest.get(key, -1):
            self.greatest[key] = off
        if found.shape != wanted.shape or not off <= LIMIT:
            self.wrong.append(f"{name}: {' at '.join(filter(None, key))} is off by {off:.1e}")


def main():
    plan = json.loads(Path(sys.argv[1]).read_text())
    model, comparison = Model(plan), Comparison()

    def pass_through(name, number):
        of = Pass(model, name, number)
        comparison.logits(of, name)
        return of

    for asked in plan["asked"]:
        name, number, passes = asked["photograph"], asked["class"], {}

        def changed(kind):
            if kind not in passes:
                count = plan["samples" if kind == "noisy" else "steps"]
                names = [f"{kind}.{place}" for place in range(count)]
                passes[kind] = [pass_through(name, number) for name in names]
            return passes[kind]

        of = pass_through(name, number)
        for entry in asked["maps"]:
            comparison.map(entry, expected(entry, of, changed), name)
            if entry.get("channels"):
                comparison.signs(entry, of, name)
    for (method, layer), off in comparison.greatest.items():
        print(f"{method}{f' at {layer}' if layer else ''} is off by {off:.1e} of the maximum")
    if comparison.wrong:
        sys.exit("\n".join(comparison.wrong))


if __name__ == "__main__":
    main()

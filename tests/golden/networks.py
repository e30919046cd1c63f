"""Makes the golden gradients of whole networks with TensorFlow.

    python tests/golden/networks.py [--only NAME…]

Takes eight architectures of keras.applications with random weights and random batch
statistics and writes to `built/networks/<name>/` the ONNX model, a picture, a
cotangent, and the gradients of Σ cotangent · logits at three layers and at the
picture, for each ReLU policy; `golden.json` says what is what (see README.md).
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODELS = HERE.parent.parent / "models"
sys.path.insert(0, str(MODELS))

import convert
import gradients
import numpy as np
import onnx
from gradients import CLASSES
from onnx import numpy_helper

OUT = HERE / "built" / "networks"
SCRIPTS = [
    Path(__file__), HERE / "gradients.py", MODELS / "convert.py", MODELS / "quiet.py",
    MODELS / "requirements.txt",
]
# Layers are Keras's own names, which are the ONNX tensors' names, too.
NETWORKS = {
    "Xception": dict(size=96, softmax=True, batch=1,
                     layers=["block3_sepconv1_act", "add_5", "block14_sepconv2_act"]),
    "VGG16": dict(size=64, softmax=True, batch=1,
                  layers=["block2_pool", "block4_conv2", "block5_conv3"]),
    "ResNet50V2": dict(size=96, softmax=False, batch=None,
                       layers=["conv2_block3_out", "conv4_block3_out", "post_relu"]),
    "MobileNetV2": dict(size=96, softmax=False, batch=1, corners=(0, 6),
                        layers=["block_2_add", "block_9_add", "out_relu"]),
    "MobileNetV3Small": dict(size=96, softmax=True, batch=None, bytes=True,
                             corners=(-3, 0, 3),
                             layers=["expanded_conv_2_add", "expanded_conv_7_add",
                                     "expanded_conv_10_add"]),
    "DenseNet121": dict(size=96, softmax=False, batch=1,
                        layers=["conv2_block3_concat", "conv4_block6_concat", "relu"]),
    "EfficientNetB0": dict(size=96, softmax=True, batch=1, bytes=True,
                           layers=["block2b_add", "block4c_add", "top_activation"]),
    "InceptionV3": dict(size=139, softmax=False, batch=1,
                        layers=["mixed0", "mixed4", "mixed10"]),
}


def noise(rng, count, spec):
    """Pictures of noise, in the values that the network takes."""
    shape = (count, spec["size"], spec["size"], 3)
    low, high = (0, 255) if spec.get("bytes") else (-1, 1)
    return rng.uniform(low, high, shape).astype(np.float32)


# --- the network ----------------------------------------------------------------


def build(name, spec):
    """The Keras model, with untrained weights."""
    import keras

    # Automatic names such as add_5 count from the start again.
    keras.utils.clear_session()
    size = spec["size"]
    image = keras.Input((size, size, 3), batch_size=spec["batch"], name=convert.INPUT)
    return getattr(keras.applications, name)(
        weights=None, input_tensor=image, classes=CLASSES,
        classifier_activation="softmax" if spec["softmax"] else None,
    )


def randomise(model, rng, pictures, corners):
    """Gives every layer random weights that keep its activations of order 1.

    Goes through the layers in their order with a batch of noise. A convolution is
    scaled by what comes out of it; a batch norm gets the mean and variance of
    what goes in, and all four of its vectors a random error on top. Biases are
    moved a little so that the first picture's values keep away from `corners`.
    """
    import tensorflow as tf

    def call(layer, *arguments, **keywords):
        activation = None
        if type(layer).__name__ == "BatchNormalization":
            randomise_batch_norm(layer, rng, arguments[0].numpy())
            keywords["training"] = False
        elif has_kernel(layer):
            # Scaling and moving are about what the activation is applied to.
            activation, layer.activation = layer.activation, None
            randomise_kernel(layer, rng, arguments[0])
        values = layer(*arguments, **keywords)
        bias = bias_of(layer)
        if bias is not None:
            shift = keep_away(values[0].numpy(), corners)
            bias.assign_add(shift)
            values += shift
        if activation is not None:
            layer.activation = activation
            values = activation(values)
        return values

    model._run_through_graph(
        tf.constant(pictures), operation_fn=lambda layer: layer, call_fn=call
    )


def has_kernel(layer):
    return any("kernel" in weight.name for weight in getattr(layer, "weights", []))


def randomise_batch_norm(layer, rng, values):
    mean, variance = values.mean((0, 1, 2)), values.var((0, 1, 2))
    count = len(mean)
    off = 0.2 * rng.normal(size=count) * np.sqrt(variance)
    layer.moving_mean.assign(mean + off)
    layer.moving_variance.assign(variance * rng.uniform(0.7, 1.4, count) + 1e-3)
    layer.beta.assign(0.2 * rng.normal(size=count))
    if layer.gamma is not None:
        layer.gamma.assign(rng.uniform(0.7, 1.3, count))


def randomise_kernel(layer, rng, values):
    """Random weights whose outputs for these values have a mean square of 1."""
    for weight in layer.weights:
        numbers = rng.normal(size=weight.shape)
        if "kernel" in weight.name:
            weight.assign(numbers / np.sqrt(np.prod(weight.shape[:-1])))
            last = weight
        else:
            weight.assign(0.1 * numbers)
    root = np.sqrt(np.mean(layer(values).numpy() ** 2))
    last.assign(last / root)


def bias_of(layer):
    """The vector that shifts a layer's channels, or None.

    A sum is shifted by the bias of a layer that feeds nothing else.
    """
    if type(layer).__name__ == "BatchNormalization":
        return layer.beta
    if type(layer).__name__ == "Add":
        feeding = [node.operation for node in layer._inbound_nodes[0].parent_nodes]
        own = [bias_of(other) for other in feeding if len(other._outbound_nodes) == 1]
        return next((bias for bias in own if bias is not None), None)
    return getattr(layer, "bias", None)


def keep_away(values, corners, reach=0.1, steps=200):
    """Small shifts, one a channel, that keep all values far from every corner.

    Rounding differs between engines. A value that is within it of a ReLU's corner
    may fall to either side, and its whole gradient with it; comparing that would
    compare luck. Among the shifts up to `reach` the one with most room is taken.
    """
    channels = values.reshape(-1, values.shape[-1]).T
    shifts = np.linspace(-reach, reach, steps, dtype=np.float32)
    best = np.zeros(len(channels), np.float32)
    for number, channel in enumerate(channels):
        ordered = np.sort(channel)
        room = np.full(steps, np.inf)
        for corner in corners:
            wanted = corner - shifts
            after = np.searchsorted(ordered, wanted)
            above = np.abs(ordered[np.minimum(after, len(ordered) - 1)] - wanted)
            below = np.abs(ordered[np.maximum(after - 1, 0)] - wanted)
            room = np.minimum(room, np.minimum(above, below))
        best[number] = shifts[room.argmax()]
    return best


# --- TensorFlow's gradients --------------------------------------------------------


class Rectifiers:
    """Within `with`, Keras computes every ReLU and ReLU6 by the policy, counting them.

    Keras calls these two functions of its backend for ReLU layers and for the
    hard sigmoid and the hard swish, which are made of a ReLU6. That is also how
    they arrive in ONNX: as Relu, and as Clip from 0 to 6.
    """

    def __init__(self, policy):
        self.policy, self.count = policy, 0

    def __enter__(self):
        from keras.src.backend.tensorflow import nn

        self.module, self.originals = nn, {"relu": nn.relu, "relu6": nn.relu6}
        for name, upper in {"relu": np.inf, "relu6": 6.0}.items():
            setattr(nn, name, self.counting(upper))
        return self

    def __exit__(self, *error):
        for name, function in self.originals.items():
            setattr(self.module, name, function)

    def counting(self, upper):
        function = gradients.rectifier(upper, self.policy)

        def rectify(x):
            self.count += 1
            return function(x)

        return rectify


class Reference:
    """Logits, activations and gradients of a Keras model by GradientTape."""

    def __init__(self, model, layers, cotangent):
        import keras

        self.names, self.cotangent = layers, cotangent
        tensors = [model.get_layer(layer).output for layer in layers]
        self.model = keras.Model(model.inputs[0], [*tensors, model.outputs[0]])

    def run(self, pictures, policy):
        """Logits, activations, gradients and the number of ReLUs, see gradients.py."""
        import tensorflow as tf

        image = tf.constant(pictures)
        with Rectifiers(policy) as rectifiers, tf.GradientTape() as tape:
            tape.watch(image)
            *activations, logits = self.model(image, training=False)
            score = tf.reduce_sum(logits * self.cotangent)
        found = tape.gradient(score, [*activations, image])
        return logits.numpy(), as_nchw(activations), as_nchw(found), rectifiers.count


def as_nchw(values):
    return [value.numpy().transpose(0, 3, 1, 2) for value in values]


def steady(model, rng, spec):
    """Random weights, a cotangent and a picture whose gradients do not hang on rounding.

    Most luck is taken out by `keep_away`. What is left are two values of almost one
    size in a window of max-pooling: then other weights are tried.
    """
    cotangent = rng.normal(size=(1, CLASSES)).astype(np.float32)
    reference = Reference(model, spec["layers"], cotangent)

    def attempt():
        pictures = noise(rng, 8, spec)
        randomise(model, rng, pictures, spec.get("corners", (0,)))
        return reference, pictures[:1]

    return gradients.steady(attempt, rng)


# --- the ONNX model ----------------------------------------------------------------


def to_onnx(model, spec):
    """The ONNX model, and the name of the tensor that holds the logits."""
    converted, _ = convert.to_onnx(model)
    graph = converted.graph
    if spec["batch"] is None:
        for value in [*graph.input, *graph.output]:
            value.type.tensor_type.shape.dim[0].dim_param = "batch"
    if spec["softmax"]:
        convert.apply_names(graph, {convert.OUTPUT: "probabilities"})
    last = graph.node[-1]
    logits = last.input[0] if last.op_type == "Softmax" else graph.output[0].name
    onnx.checker.check_model(converted, full_check=True)
    return converted, logits


def rectifier_nodes(graph):
    """The nodes that a ReLU policy is about: Relu, and Clip from 0 to something above."""
    values = {weight.name: weight for weight in graph.initializer}
    found = []
    for node in graph.node:
        if node.op_type == "Clip":
            low, high = (float(numpy_helper.to_array(values[name])) for name in node.input[1:3])
            if low == 0 and high > 0:
                found.append(node.name)
        elif node.op_type == "Relu":
            found.append(node.name)
    return found


def run_with_tensors(converted, names, picture):
    """Values of the named tensors in onnxruntime."""
    opened = onnx.ModelProto()
    opened.CopyFrom(converted)
    del opened.graph.output[:]
    opened.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    return convert.run(opened, picture)


def layout_of(activation, found, what):
    """Whether the ONNX tensor is the Keras activation as NCHW or as NHWC."""
    largest = np.abs(activation).max()
    for layout, wanted in {"NCHW": activation, "NHWC": activation.transpose(0, 2, 3, 1)}.items():
        if found.shape == wanted.shape and np.abs(found - wanted).max() <= 1e-3 * largest:
            return layout
    raise SystemExit(f"the ONNX tensor {what} is not what Keras computes there")


# --- what is written ---------------------------------------------------------------


def make(name, folder):
    """All files of one network."""
    import keras

    spec, rng = NETWORKS[name], gradients.random_generator(name)
    model = build(name, spec)
    last, activation = model.layers[-1], model.layers[-1].activation
    last.activation = keras.activations.linear
    reference, picture = steady(model, rng, spec)
    last.activation = activation
    converted, logits_tensor = to_onnx(model, spec)
    last.activation = keras.activations.linear
    logits, activations, _, count = reference.run(picture, "guided")

    rectifiers = rectifier_nodes(converted.graph)
    if count != len(rectifiers):
        raise SystemExit(f"{name}: {count} ReLUs in Keras, {len(rectifiers)} in ONNX")
    tensors = run_with_tensors(converted, [*spec["layers"], logits_tensor], picture)
    off = np.abs(tensors[-1] - logits).max()
    if off > 1e-4 * np.abs(logits).max():
        raise SystemExit(f"{name}: the ONNX logits are off by {off:.2e}")
    layouts = [layout_of(*pair) for pair in zip(activations, tensors, spec["layers"])]

    layers = list(zip(spec["layers"], layouts))
    gradients.write(folder, converted, reference, picture, "NHWC", layers, logits_tensor)


if __name__ == "__main__":
    gradients.make_all(__doc__, OUT, NETWORKS, SCRIPTS, make)

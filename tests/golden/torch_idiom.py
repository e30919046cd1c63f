"""Makes two networks in the way that PyTorch exports them, and their golden gradients.

    python tests/golden/torch_idiom.py [--only NAME…]

PyTorch itself is too heavy for that. The graphs are built with the onnx package in
the idiom of torch.onnx.export: names like `/layer4/layer4.1/relu_1/Relu_output_0`,
weights like `layer4.1.conv2.weight`, Gemm with transB, a symbolic batch, NCHW.
`resnet` (opset 17) has its batch norms folded, `mobilenet_v3` (opset 18) keeps them.
Weights are random, gradients TensorFlow's; `built/torch/<name>/` holds the same
files as networks.py writes.
"""

import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODELS = HERE.parent.parent / "models"
sys.path.insert(0, str(MODELS))

import convert
import gradients
import numpy as np
import onnx
from gradients import CLASSES
from onnx import TensorProto, helper, numpy_helper

OUT = HERE / "built" / "torch"
SCRIPTS = [
    Path(__file__), HERE / "gradients.py", HERE / "onnx_in_tensorflow.py",
    MODELS / "convert.py", MODELS / "requirements.txt",
]
SIZE = 96
# Of the largest absolute value: what onnxruntime and the reference may differ by.
LIMIT = 1e-4


class Exporter:
    """Collects nodes and weights under the names that torch.onnx.export gives them.

    `module` is a path such as `layer4.1.conv2`: the weights are `layer4.1.conv2.weight`,
    the node is `/layer4/layer4.1/conv2/Conv`, its output `…/Conv_output_0`.
    """

    def __init__(self, rng):
        self.rng, self.nodes, self.weights, self.used = rng, [], [], Counter()

    def node(self, operator, inputs, module="", **attributes):
        """Adds a node and returns its output's name."""
        labels = []
        for part in module.split(".") if module else []:
            labels.append(f"{labels[-1]}.{part}" if part.isdigit() else part)
        name = "/" + "/".join([*labels, operator])
        self.used[name] += 1
        if self.used[name] > 1:
            name += f"_{self.used[name] - 1}"
        output = f"{name}_output_0"
        self.nodes.append(helper.make_node(operator, inputs, [output], name, **attributes))
        return output

    def constant(self, values, dtype, module=""):
        """A Constant node, which PyTorch prefers to an initialiser for small values."""
        value = numpy_helper.from_array(np.array(values, dtype))
        return self.node("Constant", [], module, value=value)

    def weight(self, name, values):
        self.weights.append(numpy_helper.from_array(values.astype(np.float32), name))
        return name

    def conv(self, x, module, sizes, kernel, stride=1, groups=1, bias=True, gain=1.0):
        """Padding is half the kernel; `sizes` are the channels in and out."""
        shape = (sizes[1], sizes[0] // groups, kernel, kernel)
        scale = gain * np.sqrt(2 / np.prod(shape[1:]))
        inputs = [x, self.weight(f"{module}.weight", scale * self.rng.normal(size=shape))]
        if bias:
            inputs.append(self.weight(f"{module}.bias", 0.1 * self.rng.normal(size=sizes[1])))
        return self.node(
            "Conv", inputs, module, dilations=[1, 1], group=groups, kernel_shape=[kernel] * 2,
            pads=[kernel // 2] * 4, strides=[stride] * 2,
        )

    def batch_norm(self, x, module, channels):
        """Its mean and variance are set by `calibrate`."""
        values = {
            "weight": self.rng.uniform(0.7, 1.3, channels),
            "bias": 0.2 * self.rng.normal(size=channels),
            "running_mean": np.zeros(channels), "running_var": np.ones(channels),
        }
        names = [self.weight(f"{module}.{role}", array) for role, array in values.items()]
        return self.node(
            "BatchNormalization", [x, *names], module, epsilon=1e-3, momentum=0.99,
            training_mode=0,
        )

    def gemm(self, x, module, sizes):
        shape = (sizes[1], sizes[0])
        weight = np.sqrt(2 / sizes[0]) * self.rng.normal(size=shape)
        bias = 0.1 * self.rng.normal(size=sizes[1])
        inputs = [x, self.weight(f"{module}.weight", weight), self.weight(f"{module}.bias", bias)]
        return self.node("Gemm", inputs, module, alpha=1.0, beta=1.0, transB=1)

    def model(self, output, opset):
        """Everything as one model whose last tensor has the name `output`."""
        self.nodes[-1].output[0] = output
        float32 = TensorProto.FLOAT
        graph = helper.make_graph(
            self.nodes, "main_graph",
            [helper.make_tensor_value_info("input", float32, ["batch", 3, SIZE, SIZE])],
            [helper.make_tensor_value_info(output, float32, ["batch", CLASSES])],
            self.weights,
        )
        return helper.make_model(
            graph, producer_name="pytorch", ir_version=8,
            opset_imports=[helper.make_opsetid("", opset)],
        )


# --- the networks ------------------------------------------------------------------------


def resnet(rng):
    """A small ResNet-18: four stages of two BasicBlocks, batch norms folded."""
    export = Exporter(rng)
    x = export.conv("input", "conv1", (3, 16), 7, stride=2)
    x = export.node("Relu", [x], "relu")
    x = export.node(
        "MaxPool", [x], "maxpool", ceil_mode=0, dilations=[1, 1], kernel_shape=[3, 3],
        pads=[1, 1, 1, 1], strides=[2, 2],
    )
    channels = 16
    for stage in range(1, 5):
        for block in range(2):
            stride = 2 if stage > 1 and block == 0 else 1
            x = basic_block(export, x, f"layer{stage}.{block}", (channels, 8 << stage), stride)
            channels = 8 << stage
    x = export.node("GlobalAveragePool", [x], "avgpool")
    x = export.node("Flatten", [x], axis=1)
    export.gemm(x, "fc", (channels, CLASSES))
    return export.model("output", opset=17)


def basic_block(export, x, module, sizes, stride):
    shortcut = x
    if stride != 1 or sizes[0] != sizes[1]:
        shortcut = export.conv(x, f"{module}.downsample.0", sizes, 1, stride, gain=0.7)
    x = export.conv(x, f"{module}.conv1", sizes, 3, stride)
    x = export.node("Relu", [x], f"{module}.relu")
    x = export.conv(x, f"{module}.conv2", (sizes[1], sizes[1]), 3, gain=0.5)
    x = export.node("Add", [x, shortcut], module)
    return export.node("Relu", [x], f"{module}.relu_1")


def mobilenet_v3(rng):
    """A small MobileNetV3, with a ReLU6 and an average pooling besides."""
    export = Exporter(rng)
    x = conv_norm(export, "input", "features.0", (3, 16), 3, stride=2, activation="HardSwish")
    x = inverted_residual(export, x, "features.1", (16, 16, 16), 3, 2, "Clip")
    x = inverted_residual(export, x, "features.2", (16, 64, 24), 5, 2, "Relu")
    x = inverted_residual(export, x, "features.3", (24, 96, 24), 5, 1, "HardSwish")
    x = export.node(
        "AveragePool", [x], "features.4", ceil_mode=1, count_include_pad=1,
        kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2],
    )
    x = inverted_residual(export, x, "features.5", (24, 96, 40), 3, 1, "HardSwish")
    x = conv_norm(export, x, "features.6", (40, 160), 1, activation="HardSwish")
    x = export.node("GlobalAveragePool", [x], "avgpool")
    x = flatten_by_shape(export, x)
    x = export.gemm(x, "classifier.0", (160, 128))
    x = export.node("HardSwish", [x], "classifier.1")
    x = export.node("Dropout", [x, export.constant(0.2, np.float32, "classifier.2")],
                    "classifier.2")
    export.gemm(x, "classifier.3", (128, CLASSES))
    return export.model("logits", opset=18)


def conv_norm(export, x, module, sizes, kernel, stride=1, groups=1, activation=None):
    """What torchvision calls Conv2dNormActivation: modules 0, 1 and 2."""
    x = export.conv(x, f"{module}.0", sizes, kernel, stride, groups, bias=False)
    x = export.batch_norm(x, f"{module}.1", sizes[1])
    if activation is None:
        return x
    bounds = []
    if activation == "Clip":
        bounds = [export.constant(bound, np.float32, f"{module}.2") for bound in (0, 6)]
    return export.node(activation, [x, *bounds], f"{module}.2")


def inverted_residual(export, x, module, sizes, kernel, stride, activation):
    """Expansion, depthwise convolution, squeeze-and-excitation, projection."""
    begin, (narrow, wide, out) = x, sizes
    number = 0
    if narrow != wide:
        x = conv_norm(export, x, f"{module}.block.0", (narrow, wide), 1, activation=activation)
        number = 1
    x = conv_norm(export, x, f"{module}.block.{number}", (wide, wide), kernel, stride, wide,
                  activation)
    x = squeeze_excitation(export, x, f"{module}.block.{number + 1}", wide)
    x = conv_norm(export, x, f"{module}.block.{number + 2}", (wide, out), 1)
    if stride == 1 and narrow == out:
        return export.node("Add", [x, begin], module)
    return x


def squeeze_excitation(export, x, module, channels):
    axes = export.constant([2, 3], np.int64, module)
    scale = export.node("ReduceMean", [x, axes], module, keepdims=1)
    scale = export.conv(scale, f"{module}.fc1", (channels, channels // 4), 1)
    scale = export.node("Relu", [scale], f"{module}.activation")
    scale = export.conv(scale, f"{module}.fc2", (channels // 4, channels), 1)
    scale = export.node(
        "HardSigmoid", [scale], f"{module}.scale_activation", alpha=1 / 6, beta=0.5
    )
    return export.node("Mul", [scale, x], module)


def flatten_by_shape(export, x):
    """x.view(x.size(0), -1), which reads the batch from the tensor's shape."""
    shape = export.node("Shape", [x])
    batch = export.node("Gather", [shape, export.constant(0, np.int64)], axis=0)
    batch = export.node("Unsqueeze", [batch, export.constant([0], np.int64)])
    rest = export.constant([-1], np.int64)
    return export.node("Reshape", [x, export.node("Concat", [batch, rest], axis=0)], allowzero=0)


NETWORKS = {
    "resnet": dict(build=resnet, layers=[
        "/layer1/layer1.1/relu_1/Relu_output_0",
        "/layer3/layer3.0/relu_1/Relu_output_0",
        "/layer4/layer4.1/relu_1/Relu_output_0",
    ]),
    "mobilenet_v3": dict(build=mobilenet_v3, layers=[
        "/features/features.1/block/block.0/block.0.2/Clip_output_0",
        "/features/features.3/Add_output_0",
        "/features/features.6/features.6.2/HardSwish_output_0",
    ]),
}


# --- TensorFlow's gradients --------------------------------------------------------------


def calibrate(model, pictures, rng):
    """Gives batch norms the mean and variance of what goes in, with a random error."""
    from onnx_in_tensorflow import Run

    def before(node, values):
        if node.op_type == "BatchNormalization":
            x = values[node.input[0]].numpy()
            mean, variance = x.mean((0, 2, 3)), x.var((0, 2, 3))
            error = 0.2 * rng.normal(size=len(mean)) * np.sqrt(variance)
            values[node.input[3]] = (mean + error).astype(np.float32)
            spread = rng.uniform(0.7, 1.4, len(mean))
            values[node.input[4]] = (variance * spread + 1e-3).astype(np.float32)

    run = Run(model.graph, pictures).through(model.graph, before)
    for weight in model.graph.initializer:
        weight.CopyFrom(numpy_helper.from_array(np.array(run.values[weight.name]), weight.name))


class Reference:
    """Logits, activations and gradients of an ONNX model by GradientTape."""

    def __init__(self, model, layers, cotangent):
        self.model, self.names, self.cotangent = model, layers, cotangent

    def run(self, pictures, policy):
        """Logits, activations, gradients and the number of ReLUs, see gradients.py."""
        import tensorflow as tf
        from onnx_in_tensorflow import Run

        graph, image = self.model.graph, tf.constant(pictures)
        with tf.GradientTape() as tape:
            tape.watch(image)
            run = Run(graph, image, policy).through(graph)
            logits = run.values[graph.output[0].name]
            score = tf.reduce_sum(logits * self.cotangent)
        activations = [run.values[name] for name in self.names]
        found = tape.gradient(score, [*activations, image])
        as_arrays = [[value.numpy() for value in part] for part in (activations, found)]
        return logits.numpy(), *as_arrays, run.rectifiers


def check_in_onnxruntime(model, names, picture, wanted):
    """Refuses a reference whose tensors are not what onnxruntime computes."""
    opened = onnx.ModelProto()
    opened.CopyFrom(model)
    opened.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    for name, found, value in zip(["logits", *names], convert.run(opened, picture), wanted):
        off = np.abs(found - value).max() / np.abs(value).max()
        print(f"  {name}: onnxruntime differs by {off:.1e} of the maximum")
        if not off <= LIMIT:
            raise SystemExit(f"{name} is not what onnxruntime computes")


def make(name, folder):
    """All files of one network."""
    spec, rng = NETWORKS[name], gradients.random_generator(name)
    cotangent = rng.normal(size=(1, CLASSES)).astype(np.float32)

    def attempt():
        model = spec["build"](rng)
        pictures = rng.uniform(-1, 1, (8, 3, SIZE, SIZE)).astype(np.float32)
        calibrate(model, pictures, rng)
        return Reference(model, spec["layers"], cotangent), pictures[:1]

    reference, picture = gradients.steady(attempt, rng)
    model = reference.model
    onnx.checker.check_model(model, full_check=True)
    logits, activations, *_ = reference.run(picture, "plain")
    check_in_onnxruntime(model, spec["layers"], picture, [logits, *activations])

    layers = [(layer, "NCHW") for layer in spec["layers"]]
    gradients.write(folder, model, reference, picture, "NCHW", layers, model.graph.output[0].name)


if __name__ == "__main__":
    gradients.make_all(__doc__, OUT, NETWORKS, SCRIPTS, make)

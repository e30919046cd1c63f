"""EfficientNet-Lite0 as an ONNX graph, built from its PyTorch weights without PyTorch.

Tan and Le, "EfficientNet" (2019); the Lite variant has ReLU6 in place of swish and no
squeeze-and-excitation. The weights are TensorFlow's and so is the SAME padding:
strided convolutions are padded unevenly.
"""

import numpy as np
import onnx
import torch_file
from convert import INPUT, OPSET, OUTPUT
from onnx import TensorProto, helper, numpy_helper

EPSILON = 1e-3
# Number of blocks and stride of the first one, for each stage; all else follows from
# the shapes of the weights.
STAGES = [(1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1)]


def load(path, size):
    """The float32 ONNX model of a weights file, and the tensor that feeds the head."""
    return Builder(torch_file.load_weights(path), size).build()


def same_padding(side, kernel, stride):
    """TensorFlow's SAME: pixels before and after, the odd one after."""
    total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    return total // 2, total - total // 2


class Builder:
    """Adds nodes from the picture to the logits.

    A node's output has the node's name. `side` is the height and width, and
    `channels` the number of channels, of what was built last.
    """

    def __init__(self, weights, size):
        self.weights, self.size = weights, size
        self.side, self.channels = size, 3
        self.nodes, self.constants = [], []

    def build(self):
        for name, bound in {"relu6/low": 0, "relu6/high": 6}.items():
            self.constant(name, np.array(bound))
        x = self.conv(INPUT, "stem/conv", "_conv_stem", "_bn0", stride=2)
        x = self.relu6(x, "stem/relu6")
        number = 0
        for stage, (count, first_stride) in enumerate(STAGES):
            for place in range(count):
                stride = first_stride if place == 0 else 1
                x = self.block(x, f"blocks.{stage}.{place}", f"_blocks.{number}", stride)
                number += 1
        x = self.conv(x, "head/conv", "_conv_head", "_bn1")
        layer = self.relu6(x, "head/relu6")
        x = self.node("GlobalAveragePool", [layer], "head/pool")
        x = self.node("Flatten", [x], "head/flatten", axis=1)
        weight = self.constant("logits/weight", self.weights["_fc.weight"])
        bias = self.constant("logits/bias", self.weights["_fc.bias"])
        self.node("Gemm", [x, weight, bias], OUTPUT, transB=1)
        return self.model(), layer

    def block(self, x, name, key, stride):
        """Expansion (the first block has none), depthwise convolution, projection."""
        begin, channels = x, self.channels
        if f"{key}._expand_conv.weight" in self.weights:
            x = self.conv(x, f"{name}/expand", f"{key}._expand_conv", f"{key}._bn0")
            x = self.relu6(x, f"{name}/expand/relu6")
        x = self.conv(x, f"{name}/depthwise", f"{key}._depthwise_conv", f"{key}._bn1", stride)
        x = self.relu6(x, f"{name}/depthwise/relu6")
        x = self.conv(x, f"{name}/project", f"{key}._project_conv", f"{key}._bn2")
        if stride == 1 and self.channels == channels:
            x = self.node("Add", [x, begin], f"{name}/add")
        return x

    def conv(self, x, name, key, norm, stride=1):
        """A convolution with its batch norm folded in, as exporters do."""
        weight, bias = self.folded(key, norm)
        kernel = weight.shape[2]
        before, after = same_padding(self.side, kernel, stride)
        inputs = [x, self.constant(f"{name}/weight", weight), self.constant(f"{name}/bias", bias)]
        groups = self.channels // weight.shape[1]
        self.side, self.channels = -(-self.side // stride), weight.shape[0]
        return self.node(
            "Conv", inputs, name, dilations=[1, 1], group=groups, kernel_shape=[kernel] * 2,
            pads=[before, before, after, after], strides=[stride] * 2,
        )

    def folded(self, key, norm):
        """Weight and bias that do what the convolution and its batch norm do."""
        roles = ("weight", "bias", "running_mean", "running_var")
        scale, shift, mean, variance = (
            self.weights[f"{norm}.{role}"].astype(np.float64) for role in roles
        )
        factor = scale / np.sqrt(variance + EPSILON)
        return self.weights[f"{key}.weight"] * factor[:, None, None, None], shift - mean * factor

    def relu6(self, x, name):
        return self.node("Clip", [x, "relu6/low", "relu6/high"], name)

    def node(self, operator, inputs, name, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [name], name, **attributes))
        return name

    def constant(self, name, values):
        self.constants.append(numpy_helper.from_array(values.astype(np.float32), name))
        return name

    def model(self):
        image = [1, 3, self.size, self.size]
        classes = len(self.weights["_fc.bias"])
        graph = helper.make_graph(
            self.nodes, "classifier",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, image)],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, classes])],
            self.constants,
        )
        opset = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opset, ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        return model

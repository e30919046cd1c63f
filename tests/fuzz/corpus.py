#!/usr/bin/env python3
"""Writes the seeds of the fuzz test: tiny classifiers that together use most
operators with a rule. Run it with the project's Python after adding one."""

import json
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

FOLDER = Path(__file__).parent / "corpus"
RANDOM = np.random.default_rng(7)


class Net:
    """A chain of nodes, from the picture `x` to the logits."""

    def __init__(self, shape, opset=17):
        self.nodes, self.weights, self.opset = [], [], opset
        self.input = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
        self.last = "x"

    def array(self, values, dtype=None):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def random(self, *shape):
        return self.array(RANDOM.normal(size=shape).astype(np.float32))

    def ints(self, *values):
        return self.array(values, np.int64)

    def op(self, operator, *more, inputs=None, outputs=1, **attributes):
        names = [f"{operator.lower()}{len(self.nodes)}" + (f"_{n}" if n else "") for n in range(outputs)]
        read = [self.last, *more] if inputs is None else inputs
        self.nodes.append(helper.make_node(operator, read, names, names[0], **attributes))
        self.last = names[0]
        return names if outputs > 1 else names[0]

    def conv(self, given, made, side=3, groups=1, **attributes):
        weights = self.random(made, given // groups, side, side)
        return self.op("Conv", weights, self.random(made), group=groups, **attributes)

    def save(self, name, channels):
        self.op("GlobalAveragePool")
        self.op("Flatten")
        self.op("Gemm", self.random(3, channels), self.random(3), transB=1)
        self.op("Softmax", axis=-1)
        self.write(name, [1, 3])

    def write(self, name, shape, **metadata):
        output = helper.make_tensor_value_info(self.last, TensorProto.FLOAT, shape)
        graph = helper.make_graph(self.nodes, name, [self.input], [output], self.weights)
        opsets = [helper.make_opsetid("", self.opset)]
        model = helper.make_model(graph, ir_version=8, opset_imports=opsets)
        helper.set_model_props(model, metadata)
        (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString())


def convolutions():
    net = Net(["n", 3, 9, 8])
    net.conv(3, 4, strides=[2, 2], pads=[1, 1, 1, 1])
    net.op("BatchNormalization", *[net.array(np.ones(4, np.float32)) for _ in range(4)])
    skip = net.op("Relu")
    net.conv(4, 4, groups=4, auto_pad="SAME_UPPER")
    net.conv(4, 4, side=1)
    net.op("HardSwish")
    net.op("Add", skip)
    net.conv(4, 4, groups=2, dilations=[2, 2], pads=[2, 2, 2, 2])
    net.op("Clip", net.array(0, np.float32), net.array(6, np.float32))
    net.op("ConvTranspose", net.random(4, 2, 2, 2), strides=[2, 2])
    net.op("PRelu", net.random(2, 1, 1))
    net.save("convolutions", 2)


def poolings():
    net = Net([1, 3, 12, 12])
    net.op("MaxPool", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    net.op("LeakyRelu", alpha=0.2)
    net.op("AveragePool", kernel_shape=[2, 2], pads=[1, 1, 0, 0], count_include_pad=1)
    net.op("LRN", size=3)
    net.op("AveragePool", kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_LOWER")
    net.op("MaxPool", kernel_shape=[2, 2], dilations=[2, 2])
    net.op("GlobalMaxPool")
    net.op("Reshape", net.ints(0, -1))
    net.op("MatMul", net.random(3, 4))
    net.op("LogSoftmax")
    net.write("poolings", [1, 4])


def rearranged():
    net = Net([1, 8, 8, 3], 18)
    net.op("Transpose", perm=[0, 3, 1, 2])
    net.op("Pad", net.ints(0, 0, 1, 1, 0, 0, 1, 1), mode="reflect")
    net.op("Pad", net.ints(0, 0, -1, 0, 0, 0, 0, 1))
    a, b = net.op("Split", net.ints(1, 2), outputs=2, axis=1)
    net.op("Concat", inputs=[b, a, b], axis=1)
    net.op("Slice", net.ints(0, -1), net.ints(3, -99), net.ints(1, 2), net.ints(1, -2))
    net.op("Gather", net.ints(2, 0, 0, 1), axis=1)
    net.op("Resize", "", net.array([1, 1, 2, 1.5], np.float32), mode="linear")
    net.op("DepthToSpace", blocksize=2, mode="CRD")
    net.op("SpaceToDepth", blocksize=2)
    net.op("Resize", "", "", net.ints(1, 4, 6, 6), mode="nearest", coordinate_transformation_mode="asymmetric")
    net.op("Expand", net.ints(1, 4, 6, 6))
    net.save("rearranged", 4)


def normalised():
    net = Net([1, 4, 5, 5], 21)
    ones = net.array(np.ones(4, np.float32))
    net.op("InstanceNormalization", ones, ones)
    net.op("GroupNormalization", ones, ones, num_groups=2)
    net.op("Gelu")
    net.op("Transpose", perm=[0, 2, 3, 1])
    net.op("LayerNormalization", ones, ones)
    net.op("Einsum", net.random(4, 6), equation="nhwc,cd->ndhw")
    net.op("ReduceMean", net.ints(2, 3), keepdims=0)
    net.op("Unsqueeze", net.ints(1))
    net.op("Squeeze", net.ints(1))
    net.write("normalised", [1, 6])


def arithmetic():
    net = Net([1, 2, 4, 4])
    first = net.op("Sigmoid")
    second = net.op("Mul", first, inputs=["x", first])
    net.op("Div", net.array([2.0], np.float32))
    net.op("Sub", first)
    net.op("Pow", net.array(2, np.float32))
    net.op("Sqrt")
    net.op("Max", second, first)
    net.op("Exp")
    net.op("Log")
    net.op("Mean", second)
    net.op("Where", inputs=[net.op("Greater", first), second, first])
    for operator in ["Softplus", "Tanh", "Elu", "Selu", "Celu", "HardSigmoid", "Erf", "Neg", "Abs", "Identity"]:
        net.op(operator)
    net.op("Cast", to=TensorProto.FLOAT16)
    net.op("Cast", to=TensorProto.FLOAT)
    net.op("ReduceMax", axes=[2], keepdims=1)
    net.op("ReduceSum", net.ints(2), keepdims=1)
    net.op("Flatten")
    net.write("arithmetic", [1, 2])


def computed_shape():
    net = Net(["n", 3, "h", "w"])
    features = net.conv(3, 4)
    net.op("Shape")
    size = net.op("Gather", net.ints(0))
    net.op("Concat", inputs=[size, net.ints(-1, 2)], axis=0)
    target = net.op("Cast", to=TensorProto.INT64)
    net.op("Reshape", inputs=[features, target])
    filled = net.op("ConstantOfShape", inputs=[net.ints(1, 1, 2)])
    ranged = net.op("Range", inputs=[net.array(0, np.int64), net.array(2, np.int64), net.array(1, np.int64)])
    net.op("Equal", inputs=[ranged, net.ints(1, 1)])
    product = net.op("ReduceProd", inputs=[net.ints(1, 2)])
    net.op("Expand", inputs=[filled, net.op("Mul", product, inputs=[net.ints(1, 1, 1), product])])
    net.op("Add", inputs=["reshape5", net.last])
    net.op("ReduceMean", axes=[1], keepdims=0)
    net.write("computed-shape", [1, 2])


def quantised():
    net = Net([1, 3, 6, 6], 13)
    stored = net.array(RANDOM.integers(-9, 9, (4, 3, 3, 3)), np.int8)
    scale, zero = net.array(np.full(4, 0.1, np.float32)), net.array(np.zeros(4), np.int8)
    weights = net.op("DequantizeLinear", inputs=[stored, scale, zero], axis=0)
    net.op("Conv", inputs=["x", weights], pads=[1, 1, 1, 1], strides=[2, 2])
    net.op("Relu")
    half = net.array(RANDOM.normal(size=(4, 36)), np.float16)
    wide = net.op("Cast", inputs=[half], to=TensorProto.FLOAT)
    net.op("Transpose", inputs=[wide], perm=[1, 0])
    dense = net.last
    net.op("Flatten", inputs=["relu2"])
    net.op("MatMul", inputs=[net.last, dense])
    net.write("quantised", [1, 4])


def old():
    net = Net([1, 3, 8, 8], 9)
    net.conv(3, 4, strides=[2, 2])
    net.op("Clip", min=0.0, max=6.0)
    net.op("Upsample", net.array([1, 1, 2, 2], np.float32), mode="nearest")
    net.op("MaxPool", kernel_shape=[2, 2], strides=[2, 2])
    net.op("Slice", axes=[2], starts=[0], ends=[2])
    net.op("Pad", pads=[0, 0, 1, 0, 0, 0, 1, 0], mode="edge")
    net.op("Dropout")
    net.save("old", 4)


def attention():
    net = Net([1, 3, 8, 8])
    net.conv(3, 4, side=4, strides=[4, 4])
    patches = net.last
    net.op("Reshape", inputs=[patches, net.op("Constant", inputs=[], value_ints=[1, 4, 4])])
    rows = net.op("Transpose", perm=[0, 2, 1])
    query = net.op("MatMul", net.random(4, 4))
    keys = net.op("Transpose", inputs=[rows], perm=[0, 2, 1])
    net.op("MatMul", inputs=[query, keys])
    net.op("Softmax", axis=-1)
    net.op("Einsum", rows, equation="bij,bjc->bic")
    net.op("ReduceMean", axes=[1], keepdims=0)
    net.write("attention", [1, 4])


def doubled():
    net = Net([1, 2, 8, 8])
    picture = net.op("MaxPool", kernel_shape=[3, 3], strides=[2, 2])
    table = net.random(64)
    for _ in range(14):
        table = net.op("Concat", inputs=[table, table], axis=0)
    net.op("Gather", net.ints(0, 1))
    factors = net.op("Reshape", net.ints(1, 2, 1, 1))
    net.op("Mul", inputs=[picture, factors])
    net.save("doubled", 2)


def operands():
    net = Net([1, 3, 8, 8])
    picture = net.op("Relu")
    net.op("Max", inputs=[picture] * 1000)
    net.save("operands", 3)


def chain():
    net = Net([1, 3, 8, 8])
    net.conv(3, 3)
    for _ in range(300):
        net.op("Relu")
    net.op("Add", "relu1")
    net.save("chain", 3)


def huge():
    """Numbers that no engine can take, each refused by its own check."""
    net = Net([1, 3, 8, 8])
    picture = net.op("Relu")
    net.op("LRN", size=2**40)
    net.op("Slice", net.ints(0), net.ints(4), net.ints(2), net.ints(2**32))
    net.op("Tile", net.ints(1, 1, 2**10, 2**10))
    net.op("Add", net.op("ConstantOfShape", inputs=[net.ints(2**30, 8, 2**20, 16)]), inputs=[picture, net.last])
    net.save("huge", 3)


def described():
    """What a file says of itself, with all that steers a terminal."""
    net = Net([1, 3, 8, 8])
    net.conv(3, 4)
    net.op("Relu")
    net.op("GlobalAveragePool")
    net.op("Flatten")
    net.op("Gemm", net.random(4, 3))
    preprocess = {"layout": "NCHW", "size": [8, 8], "channels": "BGR", "scale": 1, "mean": [1, 2, 3], "std": [9, 8, 7]}
    metadata = {
        "labels": json.dumps(["tabby cat", "red\x1b[31m\x9b2J\x07", "gpj.\u202eexe\u2066"]),
        "preprocess": json.dumps(preprocess),
        "layer": "relu1",
        "source": "two\r\nlines\u2028",
        "license": "M\x7fIT",
    }
    net.write("described", [1, 3], **{f"gradcam.{key}": value for key, value in metadata.items()})


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for make in [convolutions, poolings, rearranged, normalised, arithmetic, computed_shape, quantised, old, attention, doubled, operands, chain, huge, described]:
        make()

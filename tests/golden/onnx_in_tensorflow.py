"""A small ONNX interpreter in TensorFlow, so that GradientTape differentiates a graph.

It knows the operators of the graphs in torch_idiom.py and of the models that
check_methods_in_tensorflow.py reads, and computes in NCHW as they do; TensorFlow's own
convolutions and poolings on a CPU want NHWC. It is the reference for gradients, so it
is itself compared with onnxruntime before it is believed.
"""

import copy

import numpy as np
import tensorflow as tf
from gradients import rectifier
from onnx import TensorProto, helper, numpy_helper

OPERATORS = {}


def operator(function):
    """Registers a function `(run, attributes, *inputs)` under its ONNX name."""
    OPERATORS[function.__name__] = function
    return function


class Run:
    """One pass through a graph by a ReLU policy; `values` are its tensors by name.

    It computes in the image's precision, whatever that of the weights is.
    """

    def __init__(self, graph, image, policy="plain"):
        self.policy, self.rectifiers = policy, 0
        self.precision = tf.as_dtype(image.dtype).as_numpy_dtype
        self.values = {
            weight.name: self.in_precision(numpy_helper.to_array(weight))
            for weight in graph.initializer
        }
        self.values[graph.input[0].name] = image

    def in_precision(self, array):
        is_real = np.issubdtype(array.dtype, np.floating)
        return array.astype(self.precision) if is_real else array

    def through(self, graph, before=lambda node, values: None):
        """Computes every node; `before` is called with each one and all values so far."""
        for node in graph.node:
            before(node, self.values)
            self.compute(node)
        return self

    def behind(self, graph, name, value):
        """The graph's first output where the tensor of this name is another."""
        other = copy.copy(self)
        other.values, changed = {**self.values, name: value}, {name}
        for node in graph.node:
            if not changed.isdisjoint(node.input):
                other.compute(node)
                changed.update(node.output)
        return other.values[graph.output[0].name]

    def compute(self, node):
        self.node = node
        attributes = {
            attribute.name: helper.get_attribute_value(attribute)
            for attribute in node.attribute
        }
        inputs = [self.values[name] if name else None for name in node.input]
        self.values[node.output[0]] = OPERATORS[node.op_type](self, attributes, *inputs)

    def rectify(self, x, upper):
        self.rectifiers += 1
        return rectifier(upper, self.policy)(x)

    def max_pool(self, x, attributes):
        """Of NHWC."""
        x = padded(x, attributes.get("pads", NO_PADS), value=x.dtype.min)
        return tf.nn.max_pool2d(x, attributes["kernel_shape"], attributes["strides"], "VALID")


def to_nhwc(x):
    return tf.transpose(x, (0, 2, 3, 1))


def to_nchw(x):
    return tf.transpose(x, (0, 3, 1, 2))


NO_PADS = [0, 0, 0, 0]


def padded(x, pads, value=0.0):
    """NHWC with ONNX's pads: top, left, bottom, right."""
    top, left, bottom, right = pads
    return tf.pad(x, [[0, 0], [top, bottom], [left, right], [0, 0]], constant_values=value)


# --- layers with weights -------------------------------------------------------------


def convolution(operation, x, kernel, strides):
    """TensorFlow's operation of this name, without the gradient of its weights, which is
    half of the work and is not asked for."""
    arguments = {"filter": tf.constant(kernel), "strides": [1, *strides, 1], "padding": "VALID"}

    @tf.custom_gradient
    def convolve(x):
        def backward(gradient):
            of_input = getattr(tf.raw_ops, f"{operation}BackpropInput")
            return of_input(input_sizes=x.shape, out_backprop=gradient, **arguments)

        return getattr(tf.raw_ops, operation)(input=x, **arguments), backward

    return convolve(x)


@operator
def Conv(run, attributes, x, weight, bias=None):
    strides, groups = attributes["strides"], attributes["group"]
    x = padded(to_nhwc(x), attributes.get("pads", NO_PADS))
    if groups == 1:
        y = convolution("Conv2D", x, weight.transpose(2, 3, 1, 0), strides)
    else:
        assert groups == weight.shape[0] == x.shape[-1], "only depthwise groups"
        y = convolution("DepthwiseConv2dNative", x, weight.transpose(2, 3, 0, 1), strides)
    return to_nchw(y if bias is None else y + bias)


@operator
def BatchNormalization(run, attributes, x, scale, bias, mean, variance):
    factor = scale / np.sqrt(variance + attributes["epsilon"])
    return x * factor[:, None, None] + (bias - mean * factor)[:, None, None]


@operator
def Gemm(run, attributes, a, b, c):
    return tf.linalg.matmul(a, b, transpose_b=bool(attributes.get("transB", 0))) + c


# --- activations -----------------------------------------------------------------------


@operator
def Relu(run, attributes, x):
    return run.rectify(x, np.inf)


@operator
def Clip(run, attributes, x, low, high):
    assert low == 0
    return run.rectify(x, float(high))


@operator
def HardSigmoid(run, attributes, x):
    return tf.clip_by_value(attributes["alpha"] * x + attributes["beta"], 0.0, 1.0)


@operator
def HardSwish(run, attributes, x):
    return x * tf.clip_by_value(x / 6 + 0.5, 0.0, 1.0)


@operator
def Dropout(run, attributes, x, ratio=None, training=None):
    return x


# --- pooling and means -------------------------------------------------------------------


@operator
def MaxPool(run, attributes, x):
    assert not attributes.get("ceil_mode", 0)
    return to_nchw(run.max_pool(to_nhwc(x), attributes))


@operator
def AveragePool(run, attributes, x):
    """The sum of each window divided by how many of its places count.

    Padding counts if `count_include_pad` says so; what a window has beyond the
    padding, because `ceil_mode` allowed it to begin there, never does.
    """
    kernel, strides, pads = (attributes[name] for name in ("kernel_shape", "strides", "pads"))
    x = to_nhwc(x)
    counts = tf.ones_like(x[:1, :, :, :1])
    counts = padded(counts, pads, float(attributes.get("count_include_pad", 0)))
    x = padded(x, pads)
    if attributes.get("ceil_mode", 0):
        beyond = [-(side - k) % s for side, k, s in zip(x.shape[1:3], kernel, strides)]
        x, counts = (padded(value, [0, 0, *beyond]) for value in (x, counts))
    mean, part = (tf.nn.avg_pool2d(value, kernel, strides, "VALID") for value in (x, counts))
    return to_nchw(mean / part)


@operator
def GlobalAveragePool(run, attributes, x):
    return tf.reduce_mean(x, (2, 3), keepdims=True)


@operator
def ReduceMean(run, attributes, x, axes):
    return tf.reduce_mean(x, axes, keepdims=bool(attributes["keepdims"]))


# --- arithmetic and shapes ---------------------------------------------------------------


@operator
def Add(run, attributes, a, b):
    return a + b


@operator
def Mul(run, attributes, a, b):
    return a * b


@operator
def Flatten(run, attributes, x):
    assert attributes["axis"] == 1
    return tf.reshape(x, (x.shape[0], -1))


@operator
def Squeeze(run, attributes, x, axes):
    return tf.squeeze(x, list(axes))


@operator
def Transpose(run, attributes, x):
    return tf.transpose(x, attributes["perm"])


@operator
def Cast(run, attributes, x):
    assert attributes["to"] == TensorProto.FLOAT
    return run.in_precision(x)


@operator
def Constant(run, attributes):
    return numpy_helper.to_array(attributes["value"])


@operator
def Shape(run, attributes, x):
    return np.array(x.shape, np.int64)


@operator
def Gather(run, attributes, x, indices):
    return np.take(x, indices, axis=attributes["axis"])


@operator
def Unsqueeze(run, attributes, x, axes):
    return np.expand_dims(x, tuple(axes))


@operator
def Concat(run, attributes, *parts):
    return np.concatenate(parts, axis=attributes["axis"])


@operator
def Reshape(run, attributes, x, shape):
    return tf.reshape(x, shape)

"""int8 weights: about half of float16 on the wire, float32 again when a model is loaded.

Per output channel and symmetric: weight ≈ scale · q with q in −127…127. All
computing stays float32, and activations are never rounded.
"""

from collections import Counter

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

GREATEST = 127
# Smaller tensors, such as the first layers', gain little and cost most.
MIN_VALUES = 1 << 17


def quantise(rows):
    """int8 values and one scale for each row of a matrix: its greatest value becomes ±127."""
    greatest = np.abs(rows).max(axis=1)
    scales = np.where(greatest > 0, greatest / GREATEST, 1).astype(np.float32)
    values = np.rint(rows / scales[:, None])
    return np.clip(values, -GREATEST, GREATEST).astype(np.int8), scales


def store_as_int8(model, tensors=()):
    """Stores the large weights of convolutions and products as int8.

    The others stay as they are: `convert.store_as_f16` is for them. Among them
    are depthwise kernels, a hundredth of Xception's weights: nine values a channel
    do not average their errors out.

    Rounded weights move the mean of a channel. With input `tensors` of some
    pictures the biases take that back (Nagel et al. 2019, "Data-Free
    Quantization", section 4.2, with means measured on these pictures).
    """
    graph = model.graph
    weights = {weight.name: weight for weight in graph.initializer}
    uses = Counter(name for node in graph.node for name in node.input)
    readers = [(node, output_axis(node)) for node in graph.node]
    readers = [
        (node, axis) for node, axis in readers
        if axis is not None and uses[node.input[1]] == 1 and is_large(weights, node.input[1])
    ]
    means = mean_inputs(model, {node.input[0] for node, _ in readers}, tensors)
    widening = []
    for node, axis in readers:
        widen, error = replace(graph, weights[node.input[1]], axis)
        widening.append(widen)
        bias = node.input[2] if len(node.input) > 2 else ""
        if node.input[0] in means and bias in weights and uses[bias] == 1:
            correct(weights[bias], error, means[node.input[0]])
    nodes = widening + list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model, full_check=True)


def output_axis(node):
    """The axis of the output channels in a node's weight, None if it has no such weight."""
    about = {entry.name: helper.get_attribute_value(entry) for entry in node.attribute}
    if node.op_type == "Conv":
        return 0 if about.get("group", 1) == 1 else None
    if node.op_type == "Gemm":
        return 0 if about.get("transB", 0) else 1
    return 1 if node.op_type == "MatMul" else None


def is_large(weights, name):
    """Whether a tensor is a weight of finite float32 values that is worth it."""
    if name not in weights or weights[name].data_type != TensorProto.FLOAT:
        return False
    values = numpy_helper.to_array(weights[name])
    return values.ndim in (2, 4) and values.size >= MIN_VALUES and np.isfinite(values).all()


def replace(graph, weight, axis):
    """Puts int8 values and scales in place of a weight.

    Returns the node that widens them, and what the weight has lost by it as
    [outputs, inputs, …].
    """
    rows = np.moveaxis(numpy_helper.to_array(weight), axis, 0)
    values, scales = quantise(rows.reshape(len(rows), -1))
    error = rows - (values * scales[:, None]).reshape(rows.shape)
    values = np.ascontiguousarray(np.moveaxis(values.reshape(rows.shape), 0, axis))
    name, stored, scale = weight.name, f"{weight.name}/int8", f"{weight.name}/scale"
    weight.CopyFrom(numpy_helper.from_array(values, stored))
    graph.initializer.append(numpy_helper.from_array(scales, scale))
    widen = helper.make_node(
        "DequantizeLinear", [stored, scale], [name], f"{name}/widen", axis=axis
    )
    return widen, error


def mean_inputs(model, names, tensors):
    """The mean of each channel of these tensors over pictures, by the tensor's name."""
    import onnxruntime

    probed = copy(model)
    produced = {name for node in model.graph.node for name in node.output}
    names = sorted(names & produced)
    probed.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in names)
    found = {}
    if not tensors or not names:
        return found
    options = onnxruntime.SessionOptions()
    # More threads add up in another order, and the file would be another one each time.
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        probed.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    (image,) = session.get_inputs()
    for tensor in tensors:
        for name, values in zip(names, session.run(names, {image.name: tensor}), strict=True):
            pixels = tuple(range(2, values.ndim))
            mean = values.mean(axis=pixels, dtype=np.float64)[0]
            found[name] = found.get(name, 0) + mean / len(tensors)
    return found


def correct(bias, error, mean):
    """Adds to a bias what the error of the weights takes from the outputs on average.

    Exact for 1×1 convolutions and products; a larger kernel is taken as if the
    picture had no border.
    """
    lost = error.reshape(*error.shape[:2], -1).sum(axis=2, dtype=np.float64) @ mean
    values = numpy_helper.to_array(bias)
    if values.shape == lost.shape:
        corrected = (values + lost).astype(np.float32)
        bias.CopyFrom(numpy_helper.from_array(corrected, bias.name))


def decoded(model):
    """The same model with float32 weights, as a program has them once it has loaded it."""
    plain = copy(model)
    graph = plain.graph
    stored = {weight.name: numpy_helper.to_array(weight) for weight in graph.initializer}
    nodes, widened = [], {}
    for node in graph.node:
        if node.op_type in ("Cast", "DequantizeLinear") and node.input[0] in stored:
            widened[node.output[0]] = widen(node, stored)
        else:
            nodes.append(node)
    used = {name for node in nodes for name in node.input}
    weights = [weight for weight in graph.initializer if weight.name in used]
    weights += [numpy_helper.from_array(values, name) for name, values in widened.items()]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(weights)
    return plain


def widen(node, stored):
    """What a Cast to float32 or a DequantizeLinear makes of a stored weight."""
    values = stored[node.input[0]].astype(np.float32)
    if node.op_type == "Cast":
        return values
    (axis,) = [entry.i for entry in node.attribute if entry.name == "axis"]
    shape = [1] * values.ndim
    shape[axis] = -1
    return values * stored[node.input[1]].reshape(shape)


def copy(message):
    """A protobuf message of one's own."""
    own = type(message)()
    own.CopyFrom(message)
    return own

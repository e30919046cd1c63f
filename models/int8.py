"""int8 weights: about half of float16 on the wire, float32 again when a model is loaded.

Per output channel and symmetric: weight ≈ scale · q with q in −127…127. All
computing stays float32, and activations are never rounded.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

GREATEST = 127
# Smaller tensors, among them a first convolution, gain too little for what they cost.
MIN_VALUES = 4096
# What the greatest value of a channel may be cut to, so that all others get finer steps.
CUTS = np.linspace(1.0, 0.7, 13)


def quantise(rows):
    """int8 values and one scale for each row of a matrix.

    For each cut the scale is the least-squares one, Σ w·q / Σ q²; of all cuts each
    row keeps the one with the least squared error.
    """
    rows = rows.astype(np.float64)
    greatest = np.abs(rows).max(axis=1)
    least = np.full(len(rows), np.inf)
    scales = np.ones(len(rows), np.float32)
    values = np.zeros(rows.shape, np.int8)
    for cut in CUTS:
        step = np.where(greatest > 0, greatest * cut / GREATEST, 1.0)
        found = np.clip(np.rint(rows / step[:, None]), -GREATEST, GREATEST)
        squares = np.einsum("ij,ij->i", found, found)
        fitted = np.einsum("ij,ij->i", rows, found) / np.where(squares > 0, squares, 1.0)
        fitted = np.where(squares > 0, fitted, 1.0).astype(np.float32)
        error = ((rows - fitted[:, None].astype(np.float64) * found) ** 2).sum(axis=1)
        better = error < least
        least[better], scales[better] = error[better], fitted[better]
        values[better] = found[better].astype(np.int8)
    return values, scales


def store_as_int8(model):
    """Stores the large weights of convolutions and products as int8.

    The others stay as they are: `convert.store_as_f16` is for them. Among them
    are depthwise kernels, a hundredth of Xception's weights: nine values a channel
    do not average their errors out.
    """
    graph = model.graph
    axes = output_axes(graph)
    nodes = []
    for weight in list(graph.initializer):
        axis = axes.get(weight.name)
        if axis is None or weight.data_type != TensorProto.FLOAT:
            continue
        values = numpy_helper.to_array(weight)
        if values.ndim < 2 or values.size < MIN_VALUES or not np.isfinite(values).all():
            continue
        nodes.append(replace(graph, weight, values, axis % values.ndim))
    nodes += graph.node
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model, full_check=True)


def replace(graph, weight, values, axis):
    """Puts int8 values and scales in place of a weight; returns the node that widens them."""
    channels_first = np.moveaxis(values, axis, 0)
    quantised, scales = quantise(channels_first.reshape(len(channels_first), -1))
    quantised = np.moveaxis(quantised.reshape(channels_first.shape), 0, axis)
    name, stored, scale = weight.name, f"{weight.name}/int8", f"{weight.name}/scale"
    weight.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(quantised), stored))
    graph.initializer.append(numpy_helper.from_array(scales, scale))
    return helper.make_node(
        "DequantizeLinear", [stored, scale], [name], f"{name}/widen", axis=axis
    )


def output_axes(graph):
    """The axis of the output channels, for each weight that may be stored as int8."""
    axes, uses = {}, {}
    for node in graph.node:
        for name in node.input:
            uses[name] = uses.get(name, 0) + 1
        axis = output_axis(node)
        if axis is not None:
            axes[node.input[1]] = axis
    return {name: axis for name, axis in axes.items() if uses[name] == 1}


def output_axis(node):
    """The axis of the output channels in a node's weight, None if it has no such weight."""
    about = {entry.name: helper.get_attribute_value(entry) for entry in node.attribute}
    if node.op_type == "Conv":
        return 0 if about.get("group", 1) == 1 else None
    if node.op_type == "Gemm":
        return 0 if about.get("transB", 0) else 1
    return -1 if node.op_type == "MatMul" else None


def decoded(model):
    """The same model with float32 weights, as a program has them once it has loaded it."""
    plain = copy(model)
    graph = plain.graph
    stored = {weight.name: numpy_helper.to_array(weight) for weight in graph.initializer}
    kept, widened = [], {}
    for node in graph.node:
        if node.op_type in ("Cast", "DequantizeLinear") and node.input[0] in stored:
            widened[node.output[0]] = widen(node, stored)
        else:
            kept.append(node)
    used = {name for node in kept for name in node.input}
    weights = [weight for weight in graph.initializer if weight.name in used]
    weights += [numpy_helper.from_array(values, name) for name, values in widened.items()]
    kept = [copy(node) for node in kept]
    weights = [copy(weight) for weight in weights]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(kept)
    graph.initializer.extend(weights)
    return plain


def copy(message):
    """A protobuf message that no list owns."""
    own = type(message)()
    own.CopyFrom(message)
    return own


def widen(node, stored):
    """What a Cast to float32 or a DequantizeLinear makes of a stored weight."""
    values = stored[node.input[0]].astype(np.float32)
    if node.op_type == "Cast":
        return values
    (axis,) = [entry.i for entry in node.attribute if entry.name == "axis"]
    shape = [1] * values.ndim
    shape[axis] = -1
    return values * stored[node.input[1]].reshape(shape)

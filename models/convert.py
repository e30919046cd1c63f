"""Keras to ONNX: one flat graph that ends in logits, with names that people know."""

import logging
import re
from collections import Counter, defaultdict

import int8
import metadata
import numpy as np
import onnx
import pictures
import quiet  # noqa: F401  before TensorFlow
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
INPUT = "image"
OUTPUT = "logits"
# Below this a Cast costs more bytes than half the values save.
F16_MIN_ELEMENTS = 17
# On so many pictures int8 weights measure the means of channels.
CALIBRATION_PICTURES = 24


def flatten_to_logits(model, size=None):
    """The same layers and weights as one model without nested models.

    Takes batches of one, of `size` × `size` pixels if given (a convolutional network
    with global pooling works at any size), and gives logits: the activation of
    the last layer is dropped, since the gradient of a probability is not what
    Grad-CAM wants.
    """
    import keras

    def call(layer, *arguments, **keywords):
        if isinstance(layer, keras.Model):
            return rewire(layer, arguments[0])
        if layer is last and isinstance(layer, keras.layers.Softmax):
            return arguments[0]
        return layer(*arguments, **keywords)

    def rewire(part, tensor):
        # keras.models.clone_model would refuse a tensor that is not an Input.
        graph = getattr(part, "_functional", part)
        outputs = graph._run_through_graph(
            tensor, operation_fn=lambda layer: layer, call_fn=call
        )
        return keras.tree.flatten(outputs)[0]

    last = model.layers[-1]
    if hasattr(last, "activation"):
        last.activation = keras.activations.linear
    _, height, width, channels = model.input_shape
    shape = (size or height, size or width, channels)
    image = keras.Input(shape, batch_size=1, name=INPUT)
    flat = keras.Model(image, rewire(model, image))
    # Its layers still belong to the nested models too; a clone has layers of its own.
    own = keras.models.clone_model(flat)
    own.set_weights(flat.get_weights())
    return own


def to_onnx(model):
    """A flat Keras model as float32 ONNX with input `image`, output `logits`.

    Returns the ONNX model and the tensor name of the activation that feeds the head.
    """
    import tensorflow as tf
    import tf2onnx

    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    signature = [tf.TensorSpec(model.input_shape, tf.float32, name=INPUT)]
    converted, _ = tf2onnx.convert.from_keras(
        model, input_signature=signature, opset=OPSET
    )
    name_by_layers(converted.graph, {layer.name for layer in model.layers})
    drop_unused_domains(converted)
    onnx.checker.check_model(converted, full_check=True)
    return converted, head_activation(model, converted.graph)


def head_activation(model, graph):
    """The last spatial layer of a Keras model that is a tensor of the graph."""
    tensors = {name for node in graph.node for name in node.output}
    for layer in reversed(model.layers):
        shape = layer.output.shape
        if len(shape) == 4 and shape[1] * shape[2] > 1 and layer.name in tensors:
            return layer.name
    raise ValueError(f"{model.name} has no layer with height and width to explain")


def keras_layer(scope_path, layers):
    """The Keras layer that a tf2onnx name such as `model_1/add_10_1/Add` is about.

    Tracing calls every layer once more, so Keras adds a number to its scope:
    `add_1` is the layer `add`, and `add_1_2` the layer `add_1`.
    """
    for scope in reversed(scope_path.split("/")):
        without_number = re.sub(r"_\d+$", "", scope)
        if without_number in layers:
            return without_number
        if scope in layers:
            return scope
    return None


def name_by_layers(graph, layers):
    """Renames nodes, tensors and weights after the Keras layers they come from.

    tf2onnx numbers them, differently in every run. A layer's last node and its
    output get the layer's own name, the ones before it `layer/operator`.
    """
    weights = {weight.name for weight in graph.initializer}
    nodes_of = defaultdict(list)
    for node in graph.node:
        names = [node.name] + [name for name in node.input if name in weights]
        found = (keras_layer(name, layers) for name in names)
        layer = next(filter(None, found), None)
        # Changes of layout are tf2onnx's own and bear the name of a neighbour.
        nodes_of[None if node.op_type == "Transpose" else layer].append(node)

    output = graph.output[0].name
    renamed = {output: OUTPUT}
    counts = Counter()
    for layer, nodes in nodes_of.items():
        for node in nodes:
            # MobileNetV3 has a layer "logits" of its own before the last one.
            taken = layer == OUTPUT and output not in node.output
            if layer and node is nodes[-1] and not taken:
                node.name = layer
            else:
                part = "depthwise" if "depthwise" in node.name else node.op_type
                stem = f"{layer}/{part}" if layer else part.lower()
                counts[stem] += 1
                node.name = stem if counts[stem] == 1 else f"{stem}_{counts[stem]}"
            if len(node.output) == 1:
                renamed.setdefault(node.output[0], node.name)
            name_weights(node, weights, renamed)
    apply_names(graph, renamed)


def name_weights(node, weights, renamed):
    """Names a node's constants after the node; a shared one after its first user."""
    roles = {op: ["weight", "bias"] for op in ("Conv", "Gemm", "MatMul")}
    for place, name in enumerate(node.input[1:]):
        if name in weights:
            named = roles.get(node.op_type, [])
            role = named[place] if place < len(named) else f"constant_{place + 1}"
            renamed.setdefault(name, f"{node.name}/{role}")


def apply_names(graph, renamed):
    for node in graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
        node.output[:] = [renamed.get(name, name) for name in node.output]
    for value in [*graph.initializer, *graph.output]:
        value.name = renamed.get(value.name, value.name)
    del graph.value_info[:]
    in_order = sorted(graph.initializer, key=lambda weight: weight.name)
    del graph.initializer[:]
    graph.initializer.extend(in_order)
    graph.name = "classifier"


def drop_unused_domains(model):
    """Keeps the imports that a node uses: tf2onnx always adds ai.onnx.ml."""
    used = {node.domain for node in model.graph.node}
    kept = [imported for imported in model.opset_import if imported.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(kept)


def store(model, precision):
    """Stores the weights of a float32 model with its metadata as `f32`, `f16` or `int8`."""
    if precision == "int8":
        preprocess = metadata.get_metadata(model)["preprocess"]
        images = pictures.variants(pictures.photographs(), CALIBRATION_PICTURES, seed=1)
        int8.store_as_int8(model, list(pictures.tensors(images, preprocess)))
    if precision != "f32":
        store_as_f16(model)


def store_as_f16(model):
    """Halves the file: float32 weights become float16, widened by a Cast node.

    All computing stays float32. A tensor that float16 cannot hold stays as it is, and
    so do the scales of int8 weights: many are below float16's normal numbers.
    """
    graph = model.graph
    scales = {node.input[1] for node in graph.node if node.op_type == "DequantizeLinear"}
    casts = []
    for weight in graph.initializer:
        values = numpy_helper.to_array(weight)
        if weight.data_type != TensorProto.FLOAT or values.size < F16_MIN_ELEMENTS:
            continue
        if weight.name in scales:
            continue
        with np.errstate(over="ignore"):
            narrow = values.astype(np.float16)
        if not np.isfinite(narrow).all():
            continue
        name, stored = weight.name, f"{weight.name}/f16"
        weight.CopyFrom(numpy_helper.from_array(narrow, stored))
        casts.append(
            helper.make_node("Cast", [stored], [name], f"{name}/widen", to=TensorProto.FLOAT)
        )
    nodes = casts + list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model, full_check=True)


def run(model, tensor):
    """The outputs of an ONNX model in onnxruntime for one input tensor."""
    import onnxruntime

    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, {session.get_inputs()[0].name: tensor})


def check_against_keras(converted, model, limit=1e-3):
    """Refuses a conversion whose logits are not Keras's own for a noise picture."""
    noise = np.random.default_rng(0).uniform(-1, 1, model.input_shape)
    tensor = noise.astype(np.float32)
    expected = model(tensor, training=False).numpy()
    got = run(converted, tensor)[0]
    off = float(np.abs(got - expected).max())
    if not off <= limit * max(1.0, float(np.abs(expected).max())):
        raise ValueError(f"the ONNX logits differ from Keras's by {off:.3g}")

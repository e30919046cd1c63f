"""The gradient of a class at the layer that feeds a head: pooling, dense layers, ReLUs.

In numpy and by hand, so that a model can be compared with another one without
TensorFlow and without this project's own gradient branch.
"""

import numpy as np
from onnx import helper, numpy_helper


class Head:
    """What an ONNX graph does from a layer's activations [1, C, h, w] to the logits."""

    def __init__(self, graph, layer):
        weights = {tensor.name: tensor for tensor in graph.initializer}
        self.steps = []
        current = layer
        for node in graph.node:
            if node.input[0] != current:
                continue
            self.steps.append(step(node, weights))
            current = node.output[0]
        if current != graph.output[0].name or self.steps[0] != ("GlobalAveragePool",):
            raise ValueError(f"the layer {layer} does not feed a pooled head of dense layers")

    def gradients(self, activations, label):
        """d logits[label] / d activations, in the shape of the activations."""
        values = activations.mean(axis=(2, 3), dtype=np.float64)[0]
        passed = []
        for operator, *constants in self.steps:
            if operator == "Gemm":
                matrix, bias = constants
                values = values @ matrix + bias
                passed.append(matrix.T)
            elif operator == "Relu":
                passed.append(values > 0)
                values = np.maximum(values, 0)
        gradient = np.zeros(len(values))
        gradient[label] = 1.0
        for matrix in reversed(passed):
            gradient = gradient * matrix if matrix.ndim == 1 else gradient @ matrix
        height, width = activations.shape[2:]
        spread = np.broadcast_to(gradient[:, None, None], activations.shape[1:])
        return (spread / (height * width))[None]


def step(node, weights):
    """A node of a head: its operator and what it needs to be done and undone."""
    about = {entry.name: helper.get_attribute_value(entry) for entry in node.attribute}
    if node.op_type == "Gemm" and all(about.get(key, 1.0) == 1.0 for key in ("alpha", "beta")):
        matrix, bias = (
            numpy_helper.to_array(weights[name]).astype(np.float64) for name in node.input[1:3]
        )
        return "Gemm", matrix.T if about.get("transB", 0) else matrix, bias
    if node.op_type in ("GlobalAveragePool", "Squeeze", "Flatten", "Relu"):
        return (node.op_type,)
    raise ValueError(f"the head has a {node.op_type}, '{node.name}', which is not known here")

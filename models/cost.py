"""What a model loses by weights of fewer bits: is the class the same, and the Grad-CAM map?"""

from dataclasses import dataclass

import int8
import metadata
import numpy as np
from grad_cam_keras import weighted_sum
from head import Head

# What int8 has to reach before a model may be built with it.
LEAST_AGREEMENT, LEAST_CORRELATION = 0.98, 0.99


@dataclass
class Cost:
    """For each picture: the same top class or not, and the correlation of the two maps."""

    same: np.ndarray
    correlations: np.ndarray

    def is_accepted(self):
        mean = self.correlations.mean()
        return self.same.mean() >= LEAST_AGREEMENT and mean >= LEAST_CORRELATION

    def __str__(self):
        return (
            f"same class for {self.same.sum()} of {len(self.same)} pictures "
            f"({100 * self.same.mean():.2f} %), maps correlate at "
            f"{self.correlations.mean():.5f} on average, {self.correlations.min():.4f} at least"
        )


class Network:
    """A model in onnxruntime, with the activations of the layer that is explained."""

    def __init__(self, model):
        import onnxruntime
        from onnx import helper

        model = int8.decoded(model)
        layer = metadata.get_metadata(model)["layer"]
        self.head = Head(model.graph, layer)
        model.graph.output.append(helper.make_empty_tensor_value_info(layer))
        self.session = onnxruntime.InferenceSession(
            model.SerializeToString(), providers=["CPUExecutionProvider"]
        )
        self.input = self.session.get_inputs()[0].name

    def explain(self, tensor, label=None):
        """Logits and the signed Grad-CAM map of a class, by default of the top one."""
        logits, activations = self.session.run(None, {self.input: tensor})
        label = int(logits.argmax()) if label is None else label
        gradients = self.head.gradients(activations, label)
        return logits[0], weighted_sum(activations, gradients)


def measure(exact, others, tensors):
    """The Cost of each of the other models, by name, against the float32 one.

    Both maps are of the class that the float32 weights find.
    """
    exact = Network(exact)
    others = {name: Network(model) for name, model in others.items()}
    same = {name: [] for name in others}
    correlations = {name: [] for name in others}
    for tensor in tensors:
        logits, wanted = exact.explain(tensor)
        top = int(logits.argmax())
        for name, network in others.items():
            logits, found = network.explain(tensor, top)
            same[name].append(int(logits.argmax()) == top)
            correlations[name].append(np.corrcoef(wanted.ravel(), found.ravel())[0, 1])
    return {name: Cost(np.array(same[name]), np.array(correlations[name])) for name in others}

"""Writes the maps that torchcam ranks the pixels by, for its deletion and insertion.

    python tests/golden/torch_metrics.py

Needs torch, torchcam and onnx; the maps are in the repository. Prints torchcam's numbers, which
are those of tests/golden/peers/index.json.
"""

import pathlib
from functools import partial

import numpy
import onnx
import torch
import torchcam.metrics
from onnx import numpy_helper
from torch import nn
from torchcam.methods import GradCAM
from torchcam.metrics import DeletionInsertionMetric

FOLDER = pathlib.Path(__file__).resolve().parent / "peers"


class Network(nn.Module):
    """The network of both files; they differ in the head."""

    def __init__(self, weights, head):
        super().__init__()
        self.head = head
        for name in {key.split(".")[0] for key in weights}:
            shape = weights[f"{name}.weight"].shape
            if len(shape) == 4:
                layer = nn.Conv2d(shape[1], shape[0], 3, stride=2 if name in ("conv1", "conv2") else 1, padding=1)
            else:
                layer = nn.Linear(shape[1], shape[0])
            setattr(self, name, layer)
        self.relu4 = nn.ReLU()
        self.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})

    def forward(self, x):
        x = torch.relu(self.conv2(torch.relu(self.conv1(x))))
        x = torch.relu(self.conv3(x) + x)
        x = self.relu4(self.conv4(torch.max_pool2d(x, 2)))
        if self.head == "affine":
            return self.fc(x.mean((2, 3)))
        return self.fc(torch.relu(self.fc1(x.flatten(1))))


def main():
    resize = torchcam.metrics._resize_cam
    for head in ("affine", "hidden"):
        model = onnx.load(FOLDER / f"{head}.onnx")
        weights = {tensor.name: numpy_helper.to_array(tensor).copy() for tensor in model.graph.initializer}
        network = Network(weights, head).eval()
        seen = []

        def resized(*arguments):
            seen.append(resize(*arguments))
            return seen[-1]

        torchcam.metrics._resize_cam = resized
        metric = DeletionInsertionMetric(GradCAM(network, "relu4"), partial(torch.softmax, dim=-1))
        metric.update(torch.tensor(numpy.load(FOLDER / f"{head}.input.npy")))
        numpy.save(FOLDER / f"{head}.torchcam.DeletionInsertionMetric.map.npy", seen[0][0].detach().numpy())
        print(head, metric.summary(), tuple(seen[0].shape))


if __name__ == "__main__":
    main()

"""Writes the pictures that the maps of methods_in_tensorflow.rs are of.

    method_inputs.py PLAN.json

The plan names the model, the folder, the photographs, and how the photograph of the slow
methods is changed (see the test). The folder gets `<photograph>.npy`, by Pillow; and of
that one `noisy.<n>.npy` and `path.<n>.npy`: copies with noise, and points between a grey
picture and it. All are input tensors of the model.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
from check_methods import Pcg32

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "models"))

from picture import prepare


def read_preprocess(model):
    """How the model's file says that pictures are made its input."""
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    return json.loads(metadata["gradcam.preprocess"])


def to_channels_first(tensor, preprocess):
    """[1, …] in the model's layout as [C, H, W]."""
    return tensor[0] if preprocess["layout"] == "NCHW" else tensor[0].transpose(2, 0, 1)


def of_channels_first(pixels, preprocess):
    """The way back."""
    return pixels[None] if preprocess["layout"] == "NCHW" else pixels.transpose(1, 2, 0)[None]


def value_of_byte(byte, preprocess):
    """The input's value for a pixel of this byte, by channel: [C, 1, 1]."""
    scale, mean, std = (np.float32(preprocess[key]) for key in ("scale", "mean", "std"))
    return ((np.float32(byte) * scale - mean) / std)[:, None, None]


def normal_numbers(seed, sample, count):
    """Of the PCG32 whose stream is the sample's number."""
    random = Pcg32(seed, sample)
    return np.array([random.normal() for _ in range(count)])


def noisy_copies(pixels, preprocess, plan):
    """Copies of pixels [C, H, W] with normal noise, of the share of black to white."""
    span = np.abs(value_of_byte(255, preprocess) - value_of_byte(0, preprocess)).mean()
    deviation = np.float32(plan["noise"]) * np.float32(span)
    for sample in range(plan["samples"]):
        noise = normal_numbers(plan["seed"], sample, pixels.size).astype(np.float32)
        yield pixels + deviation * noise.reshape(pixels.shape)


def grey(preprocess):
    return np.float32(0.5) * (value_of_byte(0, preprocess) + value_of_byte(255, preprocess))


def quadrature(count):
    """Places between 0 and 1 and weights, by Gauss and Legendre."""
    roots, weights = np.polynomial.legendre.leggauss(count)
    return (roots + 1) / 2, weights / 2


def path_points(pixels, preprocess, plan):
    start = np.broadcast_to(grey(preprocess), pixels.shape)
    for place in quadrature(plan["steps"])[0]:
        yield start + (pixels - start) * np.float32(place)


def main():
    plan = json.loads(Path(sys.argv[1]).read_text())
    folder = Path(plan["folder"])
    preprocess = read_preprocess(onnx.load(plan["model"]))

    def save(name, tensor):
        np.save(folder / f"{name}.npy", np.ascontiguousarray(tensor, np.float32))

    for photograph in plan["photographs"]:
        tensor = prepare(photograph, preprocess)
        name = Path(photograph).stem
        save(name, tensor)
        if name == plan["slow"]:
            pixels = to_channels_first(tensor, preprocess)
            for kind, make in {"noisy": noisy_copies, "path": path_points}.items():
                for number, changed in enumerate(make(pixels, preprocess, plan)):
                    save(f"{kind}.{number}", of_channels_first(changed, preprocess))


if __name__ == "__main__":
    main()

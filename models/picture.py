"""From a picture file to a network's input, as the page and the command line do it."""

import numpy as np
from PIL import Image


def prepare(path, preprocess):
    """The input tensor of a picture, resized by Pillow: [1, H, W, 3] or [1, 3, H, W]."""
    height, width = preprocess["size"]
    picture = Image.open(path).convert("RGB")
    resized = picture.resize((width, height), Image.Resampling.BILINEAR)
    values = np.asarray(resized, np.float32)[None]
    scale, mean = np.float32(preprocess["scale"]), np.float32(preprocess["mean"])
    tensor = (values * scale - mean) / np.float32(preprocess["std"])
    return tensor.transpose(0, 3, 1, 2) if preprocess["layout"] == "NCHW" else tensor

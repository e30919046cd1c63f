"""From a picture file to a network's input, as the page and the command line do it."""

import numpy as np
from PIL import Image


def prepare(path, preprocess):
    """The input tensor of a picture file, resized by Pillow: [1, H, W, 3] or [1, 3, H, W]."""
    return prepare_image(Image.open(path), preprocess)


def prepare_image(picture, preprocess):
    """The same for an image in memory; [1, H, W, 1] for a network of grey pictures."""
    height, width = preprocess["size"]
    picture = picture.convert(preprocess["channels"])
    resized = picture.resize((width, height), Image.Resampling.BILINEAR)
    values = np.asarray(resized, np.float32).reshape(1, height, width, -1)
    scale, mean = np.float32(preprocess["scale"]), np.float32(preprocess["mean"])
    tensor = (values * scale - mean) / np.float32(preprocess["std"])
    return tensor.transpose(0, 3, 1, 2) if preprocess["layout"] == "NCHW" else tensor

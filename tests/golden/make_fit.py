"""Pictures fitted to an input as torchvision and Ultralytics do it, for tests/prepare.rs.

Beside Pillow and numpy it needs opencv-python-headless. Files are named
`<picture>.<fit>.<height>x<width>.<filter>.npy`, of the pictures in `prepare`.
"""

import math
import pathlib

import cv2
import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent
FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def crop(picture, side, fraction, resample):
    """torchvision.transforms.Resize(side / fraction, antialias=True) and CenterCrop(side)."""
    size = math.floor(side / fraction)
    width, height = picture.size
    short, long = min(width, height), max(width, height)
    resized_long = int(size * long / short)
    width, height = (size, resized_long) if width <= height else (resized_long, size)
    resized = picture.resize((width, height), resample)
    left = int(round((width - side) / 2.0))
    top = int(round((height - side) / 2.0))
    return np.asarray(resized.crop((left, top, left + side, top + side)))


def letterbox(array, height, width, color=114):
    """ultralytics.data.augment.LetterBox(new_shape=(height, width), auto=False)."""
    shape = array.shape[:2]
    ratio = min(height / shape[0], width / shape[1])
    unpadded = round(shape[1] * ratio), round(shape[0] * ratio)
    across, down = (width - unpadded[0]) / 2, (height - unpadded[1]) / 2
    if shape[::-1] != unpadded:
        array = cv2.resize(array, unpadded, interpolation=cv2.INTER_LINEAR)
    top, bottom = round(down - 0.1), round(down + 0.1)
    left, right = round(across - 0.1), round(across + 0.1)
    border = (color, color, color)
    return cv2.copyMakeBorder(array, top, bottom, left, right, cv2.BORDER_CONSTANT, value=border)


def main():
    out = HERE / "fit"
    out.mkdir(exist_ok=True)
    for name in ["noise", "crop", "small"]:
        picture = Image.open(HERE / "prepare" / f"{name}.png").convert("RGB")
        array = np.asarray(picture)
        for fraction in [875, 900, 1000]:
            for filter_name, resample in FILTERS.items():
                made = crop(picture, 24, fraction / 1000, resample)
                np.save(out / f"{name}.crop-{fraction}.24x24.{filter_name}.npy", made)
        for height, width in [(32, 32), (21, 40)]:
            made = letterbox(array, height, width)
            np.save(out / f"{name}.letterbox.{height}x{width}.opencv-bilinear.npy", made)
            made = cv2.resize(array, (width, height), interpolation=cv2.INTER_LINEAR)
            np.save(out / f"{name}.stretch.{height}x{width}.opencv-bilinear.npy", made)


if __name__ == "__main__":
    main()

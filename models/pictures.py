"""Pictures to try a model on: crops of photographs, the same ones in every run."""

from pathlib import Path

import numpy as np
from picture import prepare_image
from PIL import Image, ImageEnhance

SAMPLES = Path(__file__).resolve().parent.parent / "www" / "samples"
PHOTOGRAPHS = ["astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg"]
SUFFIXES = {".jpg", ".jpeg", ".png"}
# A smaller picture shows nothing at a network's size.
MIN_SIDE = 100


def photographs(folders=()):
    """The photographs among the samples and all pictures in these folders, each name once."""
    paths = {name: SAMPLES / name for name in PHOTOGRAPHS}
    for folder in folders:
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() in SUFFIXES:
                paths.setdefault(path.name, path)
    images = [Image.open(path).convert("RGB") for path in paths.values()]
    return [image for image in images if min(image.size) >= MIN_SIDE]


def variants(images, count, seed=0):
    """`count` pictures: each image whole, then square crops, some mirrored, all brightened."""
    rng = np.random.default_rng(seed)
    yield from images[:count]
    for number in range(len(images), count):
        image = images[number % len(images)]
        side = rng.uniform(0.35, 1.0) * min(image.size)
        left, top = (rng.uniform(0, size - side) for size in image.size)
        crop = image.crop((round(left), round(top), round(left + side), round(top + side)))
        if rng.random() < 0.5:
            crop = crop.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        yield ImageEnhance.Brightness(crop).enhance(rng.uniform(0.6, 1.4))


def tensors(images, preprocess):
    """The images as a network with this preparation takes them, one after the other."""
    return (prepare_image(image, preprocess) for image in images)

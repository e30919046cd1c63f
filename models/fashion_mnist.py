"""Fashion-MNIST from the Debian package dataset-fashion-mnist.

    python models/fashion_mnist.py

writes the pictures of `www/samples/` that xception-tiny is shown with.
"""

import gzip
from pathlib import Path

import numpy as np
from PIL import Image

FOLDER = Path("/usr/share/datasets/fashion-mnist")
SAMPLES_FOLDER = Path(__file__).resolve().parent.parent / "www" / "samples"
LABELS = [
    "T-shirt/top", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
]
# Number of the test picture behind each sample.
SAMPLES = {
    "fashion-boot.png": 0,
    "fashion-pullover.png": 72,
    "fashion-trouser.png": 2,
    "fashion-sneaker.png": 9,
    "fashion-dress.png": 13,
    "fashion-bag.png": 18,
}


def read_idx(path):
    """An IDX file of bytes as an array of its own shape."""
    with gzip.open(path) as file:
        content = file.read()
    dimensions = content[3]
    shape = np.frombuffer(content, ">u4", dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def load(part):
    """Pictures [n, 28, 28] and classes [n] of `train` or `t10k`."""
    try:
        pictures = read_idx(FOLDER / f"{part}-images-idx3-ubyte.gz")
        return pictures, read_idx(FOLDER / f"{part}-labels-idx1-ubyte.gz")
    except FileNotFoundError as error:
        raise SystemExit(
            f"{error.filename} is missing: apt-get install dataset-fashion-mnist"
        ) from None


def main():
    pictures, classes = load("t10k")
    for name, number in SAMPLES.items():
        Image.fromarray(pictures[number]).save(SAMPLES_FOLDER / name, optimize=True)
        print(f"{name}: test picture {number}, {LABELS[classes[number]]}")


if __name__ == "__main__":
    main()

"""Checks which way the fast gradient sign method moves every pixel, against TensorFlow.

    check_adversary.py MODEL PICTURE CLASS LEVELS.npy

MODEL is the id of a model of Keras; LEVELS.npy holds the grey levels before and after, [2, H, W, 3].
The picture is moved away from the class: against the sign of the logit's gradient. The exit status
is 1 if a channel of a pixel whose gradient is above 1e-6 of the maximum moves the other way, or
does not move although a byte has room for it.
"""

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "models"))

import convert
import sources
import tensorflow as tf


def main():
    name, picture, number, levels = sys.argv[1:]
    (entry,) = sources.find_entries(sources.read_catalog(), [name])
    try:
        keras_model = sources.load_keras(entry["weights"], sources.default_cache(), limit_seconds=90)
    except sources.Unavailable as reason:
        print(f"SKIPPED: {reason}")
        return
    model = convert.flatten_to_logits(keras_model, entry["input_size"])
    tensor = tf.constant(np.load(ROOT / f"tests/golden/built/{name}/{picture}.input.npy"))
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        logit = model(tensor)[0, int(number)]
    gradient = tape.gradient(logit, tensor)[0].numpy()
    before, after = np.load(levels)
    moved = after - before
    clear = np.abs(gradient) > 1e-6 * np.abs(gradient).max()
    wanted = -np.sign(gradient)
    has_room = np.where(wanted > 0, before < 255, before > 0)
    wrong = clear & np.where(has_room, np.sign(moved) != wanted, moved != 0)
    print(f"{name}, {picture}: {wrong.sum()} of {clear.sum()} channels of pixels move the other way")
    sys.exit(bool(wrong.any()))


if __name__ == "__main__":
    main()

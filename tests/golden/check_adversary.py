"""Checks which way the fast gradient sign method moves every pixel, against TensorFlow.

    check_adversary.py MODEL PICTURE CLASS LEVELS.npy

MODEL is the id of a model of Keras; LEVELS.npy holds the grey levels before and after, [2, H, W, 3].
The picture is moved away from the class: against the sign of the logit's gradient. The exit status
is 1 if a channel of a pixel whose gradient is above 1e-6 of the maximum moves the other way, or
does not move although a byte has room for it. Left out are those whose sign in TensorFlow itself
is another one when the picture or the weights change by rounding: a value within rounding of a
ReLU's corner falls to either side. There may be few of them.
"""

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
# As in gradients.py: relative changes of the picture that stand for rounding, and how many.
ROUNDING = 1e-6
SHAKES = 12
# The same of all weights, for what every layer rounds: about two steps of float32.
WEIGHT_ROUNDING = 2e-7
# Of all channels of pixels.
MAX_UNSTEADY = 5e-3
sys.path.insert(0, str(ROOT / "models"))

import convert
import sources
import tensorflow as tf


def shaken(array, rounding, random):
    return array * (1 + rounding * random.uniform(-1, 1, array.shape)).astype(np.float32)


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

    def gradient_at(tensor):
        with tf.GradientTape() as tape:
            tape.watch(tensor)
            logit = model(tensor)[0, int(number)]
        return tape.gradient(logit, tensor)[0].numpy()

    gradient = gradient_at(tensor)
    random = np.random.default_rng(0)
    is_steady = np.ones(gradient.shape, bool)
    weights = model.get_weights()
    for _ in range(SHAKES):
        is_steady &= np.sign(gradient_at(shaken(tensor, ROUNDING, random))) == np.sign(gradient)
        model.set_weights([shaken(one, WEIGHT_ROUNDING, random) for one in weights])
        is_steady &= np.sign(gradient_at(tensor)) == np.sign(gradient)
        model.set_weights(weights)
    before, after = np.load(levels)
    moved = after - before
    clear = np.abs(gradient) > 1e-6 * np.abs(gradient).max()
    wanted = -np.sign(gradient)
    has_room = np.where(wanted > 0, before < 255, before > 0)
    moves_wrong = np.where(has_room, np.sign(moved) != wanted, moved != 0)
    wrong, unsteady = clear & is_steady & moves_wrong, clear & ~is_steady
    print(
        f"{name}, {picture}: {wrong.sum()} of {clear.sum()} channels of pixels move the other way; "
        f"{unsteady.sum()} are left out, of which {(unsteady & moves_wrong).sum()} do"
    )
    sys.exit(bool(wrong.any() or unsteady.sum() > MAX_UNSTEADY * clear.sum()))


if __name__ == "__main__":
    main()

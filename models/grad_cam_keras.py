"""Grad-CAM by Keras itself, in float32: what every other implementation is held to."""

import json

import numpy as np


def explain(model, layer, tensor):
    """Logits, activations, gradients and signed map of the top class.

    `tensor` is one prepared picture [1, H, W, C]. Activations and gradients come
    back as [1, C, h, w], the map as [h, w] before ReLU and any normalisation.
    """
    import keras
    import tensorflow as tf

    both = keras.Model(model.inputs[0], [model.get_layer(layer).output, model.outputs[0]])
    with tf.GradientTape() as tape:
        activations, logits = both(tf.constant(tensor), training=False)
        top = int(tf.argmax(logits[0]))
        score = logits[0, top]
    gradients = tape.gradient(score, activations)
    activations = activations.numpy().transpose(0, 3, 1, 2)
    gradients = gradients.numpy().transpose(0, 3, 1, 2)
    return top, {
        "input": tensor,
        "logits": logits.numpy(),
        "activations": activations,
        "gradients": gradients,
        "map": weighted_sum(activations, gradients),
    }


def weighted_sum(activations, gradients):
    """Sum over k of mean_ij(g_k) * A_k (Selvaraju et al. 2017, eq. 1 and 2, no ReLU)."""
    weights = gradients[0].astype(np.float64).mean(axis=(1, 2))
    signed = np.tensordot(weights, activations[0].astype(np.float64), axes=1)
    return signed.astype(np.float32)


def save(folder, name, top, arrays, prepared_from):
    """Writes `<name>.<array>.npy` for each array, and `<name>.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    for key, array in arrays.items():
        np.save(folder / f"{name}.{key}.npy", np.ascontiguousarray(array, np.float32))
    about = {"class": top, "prepared_from": prepared_from}
    (folder / f"{name}.json").write_text(json.dumps(about) + "\n")

"""Trains xception-tiny on Fashion-MNIST and writes the one model that is committed.

    python models/train_tiny.py

Writes `models/xception-tiny.onnx` and the golden arrays that Keras gives for the
very same weights (`tests/golden/xception-tiny/`). Writes nothing if the float16
file knows fewer than 90 % of the 10 000 test pictures.
"""

import argparse
import sys
import time
from pathlib import Path

import convert
import fashion_mnist
import grad_cam_keras
import keras
import metadata
import numpy as np
from keras import layers

HERE = Path(__file__).resolve().parent
MODEL = HERE / "xception-tiny.onnx"
GOLDEN = HERE.parent / "tests" / "golden" / "xception-tiny"
GOLDEN_PICTURES = ["fashion-boot.png", "fashion-dress.png", "fashion-bag.png"]
LEAST_ACCURACY = 0.90
MOST_BYTES = 300_000
PREPROCESS = {
    "layout": "NHWC", "size": [28, 28], "channels": "L",
    "scale": 1 / 127.5, "mean": [1.0], "std": [1.0], "resize": "bilinear",
}


def build(batch_norm):
    """Xception's plan in small: entry, a pooled residual block, a plain one, exit.

    Without batch norms every convolution has a bias instead, which is how the
    trained network is stored.
    """

    def normed(tensor, layer):
        tensor = layer(tensor)
        if batch_norm:
            tensor = layers.BatchNormalization(name=f"{layer.name}_bn")(tensor)
        return tensor

    def separable(tensor, filters, name):
        return normed(tensor, layers.SeparableConv2D(
            filters, 3, padding="same", use_bias=not batch_norm, name=name))

    def relu(tensor, name):
        return layers.Activation("relu", name=name)(tensor)

    def residual(tensor, filters, block, pooled):
        start = tensor
        for part in (1, 2):
            name = f"block{block}_sepconv{part}"
            # Xception's first block follows a ReLU and does not repeat it.
            if (block, part) != (2, 1):
                tensor = relu(tensor, f"{name}_act")
            tensor = separable(tensor, filters, name)
        if pooled:
            tensor = layers.MaxPooling2D(
                3, 2, padding="same", name=f"block{block}_pool")(tensor)
            start = normed(start, layers.Conv2D(
                filters, 1, 2, padding="same", use_bias=not batch_norm,
                name=f"block{block}_shortcut"))
        return layers.Add(name=f"block{block}_add")([tensor, start])

    image = keras.Input((28, 28, 1), name=convert.INPUT)
    tensor = normed(image, layers.Conv2D(
        32, 3, 2, padding="same", use_bias=not batch_norm, name="block1_conv1"))
    tensor = relu(tensor, "block1_conv1_act")
    tensor = residual(tensor, 64, block=2, pooled=True)
    tensor = residual(tensor, 64, block=3, pooled=False)
    for part, filters in ((1, 96), (2, 128)):
        name = f"block4_sepconv{part}"
        tensor = relu(separable(tensor, filters, name), f"{name}_act")
    tensor = layers.GlobalAveragePooling2D(name="avg_pool")(tensor)
    return keras.Model(image, layers.Dense(10, name="predictions")(tensor))


def prepare(pictures):
    """Bytes [n, 28, 28] to the input tensor [n, 28, 28, 1], as PREPROCESS says."""
    values = pictures.astype(np.float32)[..., None]
    return values * np.float32(PREPROCESS["scale"]) - np.float32(1)


def train(epochs, batch):
    pictures, classes = fashion_mnist.load("train")
    model = build(batch_norm=True)
    steps = epochs * len(pictures) // batch
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(4e-3, steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=False,
    )
    model.fit(prepare(pictures), classes, batch_size=batch, epochs=epochs, verbose=2)
    return model


def fold_batch_norms(trained):
    """The same function without batch norms, every weight a float16 number.

    Rounding after the folding, not before it, lets Keras and the ONNX file hold
    exactly the same weights.
    """
    folded = build(batch_norm=False)
    for layer in folded.layers:
        weights = trained.get_layer(layer.name).get_weights()
        norm = f"{layer.name}_bn"
        if any(other.name == norm for other in trained.layers):
            norm = trained.get_layer(norm)
            gamma, beta, mean, variance = norm.get_weights()
            factor = gamma / np.sqrt(variance + norm.epsilon)
            weights[-1] = weights[-1] * factor
            weights.append(beta - mean * factor)
        layer.set_weights([w.astype(np.float16).astype(np.float32) for w in weights])
    return folded


def accuracy(model, pictures, classes):
    """Share of pictures that the ONNX model, run by onnxruntime, knows."""
    import onnxruntime

    session = onnxruntime.InferenceSession(model.SerializeToString())
    hits = 0
    for tensor, expected in zip(prepare(pictures), classes):
        logits = session.run(None, {convert.INPUT: tensor[None]})[0]
        hits += int(logits.argmax()) == expected
    return hits / len(classes)


def write_golden(model, layer):
    pictures, _ = fashion_mnist.load("t10k")
    for name in GOLDEN_PICTURES:
        tensor = prepare(pictures[[fashion_mnist.SAMPLES[name]]])
        top, arrays = grad_cam_keras.explain(model, layer, tensor)
        grad_cam_keras.save(GOLDEN, Path(name).stem, top, arrays, f"www/samples/{name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=7)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    begin = time.monotonic()
    keras.utils.set_random_seed(options.seed)

    model = convert.flatten_to_logits(fold_batch_norms(train(options.epochs, options.batch)))
    converted, layer = convert.to_onnx(model)
    convert.check_against_keras(converted, model)
    convert.store_as_f16(converted)
    metadata.set_metadata(
        converted, layer=layer, preprocess=PREPROCESS, labels=fashion_mnist.LABELS,
        source="trained by models/train_tiny.py on Fashion-MNIST", license="MIT",
    )
    share = accuracy(converted, *fashion_mnist.load("t10k"))
    content = converted.SerializeToString()
    print(f"test accuracy of the float16 ONNX: {share:.2%}, {len(content)} bytes, "
          f"{time.monotonic() - begin:.0f} s")
    if share < LEAST_ACCURACY or len(content) > MOST_BYTES:
        sys.exit(f"not written: {LEAST_ACCURACY:.0%} and {MOST_BYTES} bytes are the limits; "
                 "try more epochs or another seed")
    MODEL.write_bytes(content)
    write_golden(model, layer)


if __name__ == "__main__":
    main()

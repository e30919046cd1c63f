"""What it costs to store weights in fewer bits: same class, and same Grad-CAM map?

    python models/precision.py --only xception-kitchenware --pictures FOLDER

Each model of the catalogue is run with float32 weights and with the others on the
same pictures: crops, mirrored and brightened, of the photographs at hand, the
same ones in every run. README.md has what came out.
"""

import argparse
import sys
import time
from pathlib import Path

import export
import int8
import metadata
import numpy as np
import sources
from grad_cam_keras import weighted_sum
from head import Head
from picture import prepare_image
from PIL import Image, ImageEnhance

SAMPLES = Path(__file__).resolve().parent.parent / "www" / "samples"
PHOTOGRAPHS = ["astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg"]
SUFFIXES = {".jpg", ".jpeg", ".png"}
# A smaller picture shows nothing at 299×299.
MIN_SIDE = 100
# What int8 has to reach before the catalogue lets a model be built with it.
LEAST_AGREEMENT, LEAST_CORRELATION = 0.98, 0.99


def photographs(folders):
    """The photographs among the samples and in these folders, by name, each name once."""
    paths = {name: SAMPLES / name for name in PHOTOGRAPHS}
    for folder in folders:
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() in SUFFIXES:
                paths.setdefault(path.name, path)
    images = [Image.open(path).convert("RGB") for path in paths.values()]
    return [image for image in images if min(image.size) >= MIN_SIDE]


def variants(images, count, seed=0):
    """`count` pictures: each image whole, then crops of them, mirrored and brightened."""
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


class Network:
    """A model in onnxruntime, with the activations that its layer explains."""

    def __init__(self, model):
        import onnxruntime
        from onnx import helper

        model = int8.decoded(model)
        layer = metadata.get_metadata(model)["layer"]
        self.head = Head(model.graph, layer)
        model.graph.output.append(helper.make_empty_tensor_value_info(layer))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self.input = self.session.get_inputs()[0].name

    def explain(self, tensor, label=None):
        """Logits and the signed Grad-CAM map of a class, by default the top one."""
        logits, activations = self.session.run(None, {self.input: tensor})
        label = int(logits.argmax()) if label is None else label
        gradients = self.head.gradients(activations, label)
        return logits[0], weighted_sum(activations, gradients)


def compare(exact, others, tensors):
    """For each of the other networks: same class or not, and correlation of the maps.

    Both maps are of the class that the float32 weights find.
    """
    found = {name: ([], []) for name in others}
    for tensor in tensors:
        logits, wanted = exact.explain(tensor)
        top = int(logits.argmax())
        for name, network in others.items():
            logits, got = network.explain(tensor, top)
            same, correlations = found[name]
            same.append(int(logits.argmax()) == top)
            correlations.append(np.corrcoef(wanted.ravel(), got.ravel())[0, 1])
    return {name: (np.array(same), np.array(maps)) for name, (same, maps) in found.items()}


def measure(entry, options):
    """Prints a line for each precision of one model."""
    begin = time.monotonic()
    sizes, others = {}, {}
    exact = export.load_model(entry, options)
    for precision in options.precision:
        stored = export.stored(exact, precision)
        sizes[precision] = stored.ByteSize() / 1e6
        others[precision] = Network(stored)
    preprocess = metadata.get_metadata(exact)["preprocess"]
    images = variants(photographs(options.pictures), options.count)
    tensors = (prepare_image(image, preprocess) for image in images)
    for precision, (same, maps) in compare(Network(exact), others, tensors).items():
        kept = same.mean() >= LEAST_AGREEMENT and maps.mean() >= LEAST_CORRELATION
        print(f"| `{entry['id']}` | {precision} | {sizes[precision]:.2f} MB "
              f"| {100 * same.mean():.2f} % ({same.sum()} of {len(same)}) "
              f"| {maps.mean():.5f} | {maps.min():.4f} | {'yes' if kept else 'no'} |")
    print(f"{entry['id']}: {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)


def parse_arguments(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="ID")
    parser.add_argument("--precision", nargs="+", choices=["f16", "int8"],
                        default=["f16", "int8"])
    parser.add_argument("--pictures", nargs="+", type=Path, default=[], metavar="FOLDER",
                        help="more photographs than the samples of the page")
    parser.add_argument("--count", type=int, default=300, help="pictures (default %(default)s)")
    parser.add_argument("--cache", type=Path, default=sources.default_cache(), metavar="DIR")
    parser.set_defaults(imagenet_timeout=export.IMAGENET_TIMEOUT_SECONDS)
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse_arguments(arguments)
    entries = sources.find_entries(sources.read_catalog(), options.only)
    print("| model | weights | size | same class | maps, mean | maps, least | reaches it |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for entry in entries:
        if entry["weights"]["kind"] == "committed":
            continue
        try:
            measure(entry, options)
        except (sources.Unavailable, ValueError) as reason:
            print(f"{entry['id']}: skipped, {reason}", file=sys.stderr)


if __name__ == "__main__":
    main()

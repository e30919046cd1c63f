"""Checks maps against the formulas in NumPy, on Keras's activations and gradients, or with
onnxruntime's outputs.

    check_methods.py MODEL.onnx ARRAYS PICTURE MAPS.json

ARRAYS/PICTURE.{input,activations,gradients}.npy are Keras's; MAPS.json lists the maps:
`[{"method", "settings", "seed", "npy"}]`. The exit status is 1 if one is off by more than
1e-3 of its maximum.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
import onnxruntime

LIMIT = 1e-3


# --- maps from activations A and gradients g, both [C, h, w], in float64 ---------------


def first_principal_component(channels):
    flat = channels.reshape(channels.shape[0], -1).T
    centred = flat - flat.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    found = (centred @ directions[0]).reshape(channels.shape[1:])
    return -found if abs(found.min()) > found.max() else found


def weighted(activations, weights):
    return np.tensordot(weights, activations, axes=1)


def grad_cam_plus_plus(activations, gradients):
    sums = activations.sum(axis=(1, 2), keepdims=True)
    squares, cubes = gradients**2, gradients**3
    shares = np.where(gradients != 0, squares / (2 * squares + sums * cubes + 1e-6), 0)
    return weighted(activations, (shares * np.maximum(gradients, 0)).sum(axis=(1, 2)))


AT_LAYER = {
    "grad-cam": lambda a, g: weighted(a, g.mean(axis=(1, 2))),
    "hirescam": lambda a, g: (a * g).sum(axis=0),
    "elementwise-cam": lambda a, g: np.maximum(a * g, 0).sum(axis=0),
    "xgrad-cam": lambda a, g: weighted(a, (a * g).sum(axis=(1, 2)) / (a.sum(axis=(1, 2)) + 1e-7)),
    "layer-cam": lambda a, g: (a * np.maximum(g, 0)).sum(axis=0),
    "grad-cam++": grad_cam_plus_plus,
    "eigen-cam": lambda a, g: first_principal_component(a),
    "eigen-grad-cam": lambda a, g: first_principal_component(a * g),
}


# --- maps from the outputs for changed inputs -------------------------------------------


class Network:
    """A model in onnxruntime; pictures are [H, W, C]."""

    def __init__(self, model, tensor):
        self.session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name
        self.picture = tensor[0].astype(np.float64)

    def logits(self, picture):
        (logits, *_) = self.session.run(None, {self.input: picture[None].astype(np.float32)})
        return logits[0].astype(np.float64)

    def probability(self, picture, number):
        logits = self.logits(picture)
        powers = np.exp(logits - logits.max())
        return powers[number] / powers.sum()


def upsampled(values, height, width):
    """Bilinear, half-pixel centres, edges clamped."""

    def taps(count, length):
        places = (np.arange(length) + 0.5) * count / length - 0.5
        low = np.floor(places)
        part = places - low
        clamp = lambda at: np.clip(at, 0, count - 1).astype(int)
        return clamp(low), clamp(low + 1), part

    top, bottom, down = taps(values.shape[0], height)
    left, right, across = taps(values.shape[1], width)
    rows = values[top] * (1 - down)[:, None] + values[bottom] * down[:, None]
    return rows[:, left] * (1 - across) + rows[:, right] * across


def score_cam(network, activations, number, settings, _):
    height, width, _ = network.picture.shape
    order = np.argsort(-activations.var(axis=(1, 2)), kind="stable")
    limit = int(settings["channels"])
    weights = np.zeros(len(activations))
    for channel in order[:limit] if limit else order:
        mask = upsampled(activations[channel], height, width)
        if mask.max() > mask.min():
            mask = (mask - mask.min()) / (mask.max() - mask.min())
            weights[channel] = network.probability(network.picture * mask[..., None], number)
    return weighted(activations, weights)


def occlusion(network, _, number, settings, __):
    picture = network.picture
    height, width, _ = picture.shape
    window, stride = int(settings["window"]), int(settings["stride"])
    whole = network.logits(picture)[number]
    total, count = np.zeros((height, width)), np.zeros((height, width))
    for top in range(0, math.ceil((height - window) / stride) * stride + 1, stride):
        for left in range(0, math.ceil((width - window) / stride) * stride + 1, stride):
            place = np.s_[top:top + window, left:left + window]
            covered = picture.copy()
            covered[place] = 0  # "zero"
            total[place] += whole - network.logits(covered)[number]
            count[place] += 1
    return total / np.maximum(count, 1)


def density(value):
    """Of the normal distribution, without its factor."""
    return math.exp(-value * value / 2)


def ziggurat():
    """Where the 256 layers of equal area end, from the lowest to the top."""
    right, area = 3.6541528853610088, 0.00492867323399
    ends = [area / density(right), right]
    while len(ends) < 256:
        ends.append(math.sqrt(-2 * math.log(area / ends[-1] + density(ends[-1]))))
    return [*ends, 0.0]


ZIGGURAT = ziggurat()


class Pcg32:
    """O'Neill 2014, the reference's pcg32_srandom_r and pcg32_random_r."""

    MASK = (1 << 64) - 1

    def __init__(self, state, stream):
        self.increment = (stream << 1 | 1) & self.MASK
        self.state = 0
        self.next()
        self.state = (self.state + state) & self.MASK
        self.next()

    def next(self):
        old = self.state
        self.state = (old * 6364136223846793005 + self.increment) & self.MASK
        value = ((old >> 18 ^ old) >> 27) & 0xFFFFFFFF
        turn = old >> 59
        return (value >> turn | value << (-turn & 31)) & 0xFFFFFFFF

    def next64(self):
        low = self.next()
        return self.next() << 32 | low

    def uniform(self):
        return self.next() / 2**32

    def normal(self):
        """Doornik 2005, "An improved ziggurat method to generate normal random samples"."""
        while True:
            bits = self.next64()
            layer = bits & 0xFF
            share = math.ldexp(bits >> 12, -51) - 1
            value = share * ZIGGURAT[layer]
            if abs(value) < ZIGGURAT[layer + 1]:
                return value
            if layer == 0:
                return math.copysign(self.tail(), share)
            inner, outer = density(ZIGGURAT[layer + 1]), density(ZIGGURAT[layer])
            if inner + (outer - inner) * math.ldexp(self.next64() >> 11, -53) < density(value):
                return value

    def tail(self):
        """Marsaglia 1964: a normal number beyond the lowest layer."""
        while True:
            along, across = (math.log(math.ldexp((self.next64() >> 12) + 0.5, -52)) for _ in range(2))
            along /= ZIGGURAT[1]
            if -2 * across >= along * along:
                return ZIGGURAT[1] - along


def rise(network, _, number, settings, seed):
    picture = network.picture
    height, width, _ = picture.shape
    cells, share = int(settings["cells"]), float(settings["probability"])
    count = int(settings["masks"])
    total = np.zeros((height, width))
    for sample in range(count):
        random = Pcg32(seed, sample)
        grid = np.array([[random.uniform() < share for _ in range(cells)] for _ in range(cells)], float)
        tall, wide = (math.ceil(side / cells) for side in (height, width))
        down, across = int(random.uniform() * tall), int(random.uniform() * wide)
        mask = upsampled(grid, (cells + 1) * tall, (cells + 1) * wide)
        mask = mask[down:down + height, across:across + width]
        total += network.probability(picture * mask[..., None], number) * mask
    return total / (count * share)


BY_OUTPUTS = {"score-cam": score_cam, "occlusion": occlusion, "rise": rise}


def main():
    model, arrays, picture, maps = (Path(word) for word in sys.argv[1:])
    read = lambda what: np.load(arrays / f"{picture}.{what}.npy")
    activations, gradients = (read(what)[0].astype(np.float64) for what in ("activations", "gradients"))
    number = json.loads((arrays / f"{picture}.json").read_text())["class"]
    network = Network(model, read("input"))
    is_off = False
    for entry in json.loads(maps.read_text()):
        method = entry["method"]
        if method in AT_LAYER:
            wanted = AT_LAYER[method](activations, gradients)
        else:
            by = BY_OUTPUTS[method]
            wanted = by(network, activations, number, entry["settings"], entry["seed"])
        found = np.load(entry["npy"]).astype(np.float64)
        off = np.abs(found - wanted).max() / np.abs(wanted).max()
        print(f"{picture}: {method} is off by {off:.1e} of the maximum")
        is_off |= not off <= LIMIT
    sys.exit(is_off)


if __name__ == "__main__":
    main()

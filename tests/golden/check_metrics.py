"""Checks metrics of maps against their formulas in NumPy, with onnxruntime's outputs.

    check_metrics.py MODEL.onnx INPUT.npy METRICS.json

METRICS.json lists what was measured of maps of one picture: `[{"metric", "class", "settings",
"seed", "map", "object", "value", "method_settings"}]`, `map` being an NPY file and `object` a box
x, y, width, height in pixels of the input. The exit status is 1 if one is off by more than 1e-4.
The systems of linear equations of ROAD are solved by SciPy where it is installed, else by NumPy.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
from check_methods import Network, Pcg32, occlusion, upsampled

try:
    from scipy.sparse import csc_matrix
    from scipy.sparse.linalg import spsolve
except ImportError:
    csc_matrix = spsolve = None

LIMIT = 1e-4
FLAT = {"zero": 0.0}


def mask_of(values, height, width):
    positive = np.maximum(values, 0)
    if positive.max() <= 0:
        return np.zeros((height, width))
    return upsampled((positive - positive.min()) / (positive.max() - positive.min()), height, width)


def ranking(values, height, width):
    """Pixels, the most relevant first, as float32 has them."""
    return np.argsort(-upsampled(values, height, width).astype(np.float32).ravel(), kind="stable")


def pixel_curve(network, entry, values, inserted):
    height, width, _ = network.picture.shape
    order = ranking(values, height, width)
    step = -(-order.size // int(entry["settings"]["steps"]))
    counts = [*range(0, order.size, step), order.size]
    flat = np.full_like(network.picture, FLAT[entry["settings"]["baseline"]])
    answers = []
    for count in counts:
        changed = np.zeros(order.size, bool)
        changed[order[:count]] = True
        changed = changed.reshape(height, width, 1)
        picture = np.where(changed == inserted, network.picture, flat)
        answers.append(network.probability(picture, entry["class"]))
    return np.trapezoid(answers, np.array(counts) / order.size)


WEIGHTS = {(0, 1): 1 / 6, (0, -1): 1 / 6, (1, 0): 1 / 6, (-1, 0): 1 / 6,
           (1, 1): 1 / 12, (1, -1): 1 / 12, (-1, 1): 1 / 12, (-1, -1): 1 / 12}


def imputed(picture, missing, noise, random):
    """Each missing pixel is the weighted mean of its neighbours, and gets noise."""
    height, width, channels = picture.shape
    places = np.argwhere(missing)
    number = {tuple(place): index for index, place in enumerate(places)}
    rows, columns, entries = [], [], []
    right = np.zeros((len(places), channels))
    for index, (y, x) in enumerate(places):
        total = 0.0
        for (down, across), weight in WEIGHTS.items():
            other = (y + down, x + across)
            if not (0 <= other[0] < height and 0 <= other[1] < width):
                continue
            total += weight
            if missing[other]:
                rows.append(index), columns.append(number[other]), entries.append(-weight)
            else:
                right[index] += weight * picture[other]
        rows.append(index), columns.append(index), entries.append(total)
    if spsolve:
        shape = (len(places), len(places))
        solved = spsolve(csc_matrix((entries, (rows, columns)), shape), right)
        solved = solved.reshape(right.shape)
    else:
        matrix = np.zeros((len(places), len(places)))
        matrix[rows, columns] = entries
        solved = np.linalg.solve(matrix, right)
    filled = picture.copy()
    for channel in range(channels):
        for index, place in enumerate(places):
            filled[(*place, channel)] = solved[index, channel] + noise * random.normal()
    return filled


def road_mean(network, entry, values, least):
    height, width, _ = network.picture.shape
    order = ranking(values, height, width)
    order = order[::-1] if least else order
    steps = int(entry["settings"]["steps"])
    noise = float(entry["settings"]["noise"]) * entry["range"]
    answers = []
    for step in range(1, steps + 1):
        missing = np.zeros(order.size, bool)
        missing[order[:math.floor(step / (steps + 1) * order.size + 0.5)]] = True
        random = Pcg32(entry["seed"], 2 * step + least)
        filled = imputed(network.picture, missing.reshape(height, width), noise, random)
        answers.append(network.probability(filled, entry["class"]))
    return np.mean(answers)


def answers(network, entry, values):
    height, width, _ = network.picture.shape
    kept = network.picture * mask_of(values, height, width)[..., None]
    return network.probability(network.picture, entry["class"]), network.probability(kept, entry["class"])


def average_drop(network, entry, values):
    whole, kept = answers(network, entry, values)
    return max(0, whole - kept) / whole


def average_gain(network, entry, values):
    whole, kept = answers(network, entry, values)
    return max(0, kept - whole) / (1 - whole)


def adcc(network, entry, values):
    """Of a map by occlusion."""
    height, width, _ = network.picture.shape
    mask = mask_of(values, height, width)
    other = Network.__new__(Network)
    other.session, other.input = network.session, network.input
    other.picture = network.picture * mask[..., None]
    again = mask_of(occlusion(other, None, entry["class"], entry["method_settings"], 0), height, width)
    coherency = (np.corrcoef(mask.ravel(), again.ravel())[0, 1] + 1) / 2
    return 3 / (1 / coherency + 1 / (1 - mask.mean()) + 1 / (1 - average_drop(network, entry, values)))


def object_of(entry, height, width):
    left, top, across, down = entry["object"]
    found = np.zeros((height, width), bool)
    found[top:top + down, left:left + across] = True
    return found


def pointing_game(network, entry, values):
    height, width, _ = network.picture.shape
    peak = np.unravel_index(upsampled(values, height, width).argmax(), (height, width))
    places = np.argwhere(object_of(entry, height, width))
    distance = np.sqrt(((places - peak) ** 2).sum(axis=1)).min()
    return float(distance <= int(entry["settings"]["tolerance"]))


def energy_pointing_game(network, entry, values):
    height, width, _ = network.picture.shape
    mask = mask_of(values, height, width)
    return mask[object_of(entry, height, width)].sum() / mask.sum()


def largest_part(marked):
    """The largest connected part; corners connect."""
    left, largest = set(map(tuple, np.argwhere(marked))), []
    for start in sorted(left):
        if start not in left:
            continue
        part, open_ends = [], [start]
        left.remove(start)
        while open_ends:
            y, x = open_ends.pop()
            part.append((y, x))
            for near in [(y + a, x + b) for a in (-1, 0, 1) for b in (-1, 0, 1)]:
                if near in left:
                    left.remove(near)
                    open_ends.append(near)
        largest = part if len(part) > len(largest) else largest
    return np.array(largest)


def box_overlap(network, entry, values):
    height, width, _ = network.picture.shape
    mask = mask_of(values, height, width)
    part = largest_part(mask >= float(entry["settings"]["threshold"]) * mask.max())
    (top, left), (bottom, right) = part.min(axis=0), part.max(axis=0) + 1
    x, y, across, down = entry["object"]
    common_across = max(0, min(right, x + across) - max(left, x))
    common = common_across * max(0, min(bottom, y + down) - max(top, y))
    return common / ((bottom - top) * (right - left) + across * down - common)


METRICS = {
    "deletion": lambda *of: pixel_curve(*of, inserted=False),
    "insertion": lambda *of: pixel_curve(*of, inserted=True),
    "road-most-relevant": lambda *of: road_mean(*of, least=False),
    "road-least-relevant": lambda *of: road_mean(*of, least=True),
    "road-combined": lambda *of: (road_mean(*of, least=True) - road_mean(*of, least=False)) / 2,
    "average-drop": average_drop,
    "average-gain": average_gain,
    "adcc": adcc,
    "pointing-game": pointing_game,
    "energy-pointing-game": energy_pointing_game,
    "box-overlap": box_overlap,
}


def main():
    model, tensor, metrics = (Path(word) for word in sys.argv[1:])
    network = Network(model, np.load(tensor))
    is_off = False
    for entry in json.loads(metrics.read_text()):
        values = np.load(entry["map"]).astype(np.float64)
        wanted = METRICS[entry["metric"]](network, entry, values)
        off = abs(entry["value"] - wanted)
        print(f"{entry['metric']}: {entry['value']:.6f} is off by {off:.1e}")
        is_off |= not off <= LIMIT
    print(f"linear equations by {'SciPy' if spsolve else 'NumPy'}")
    sys.exit(is_off)


if __name__ == "__main__":
    main()

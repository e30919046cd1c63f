#!/usr/bin/env python3
"""Draws www/icon.svg as PNG files for the installed page: www/icons. Needs Pillow and NumPy; run again if the icon changes."""

import pathlib

import numpy
from PIL import Image

# As in www/icon.svg: centre and radius of the gradient in parts of the side, its stops, the corners' radius.
CENTRE, RADIUS, CORNER = (0.58, 0.44), 0.62, 7 / 32
STOPS = [(0.0, "#fcffa4"), (0.28, "#f98e09"), (0.58, "#bc3754"), (1.0, "#320a5e")]
SAMPLES = 4


def icon(side, corner):
    grid = (numpy.arange(side * SAMPLES) + 0.5) / (side * SAMPLES)
    x, y = numpy.meshgrid(grid, grid)
    distance = numpy.hypot(x - CENTRE[0], y - CENTRE[1]) / RADIUS
    places = [place for place, _ in STOPS]
    colours = numpy.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for _, colour in STOPS])
    channels = [numpy.interp(distance, places, colours[:, channel]) for channel in range(3)]
    # How far outside of the rectangle of the corners' centres a place lies.
    beyond = [numpy.maximum(numpy.abs(axis - 0.5) - (0.5 - corner), 0) for axis in (x, y)]
    channels.append(numpy.where(numpy.hypot(*beyond) <= max(corner, 1e-9), 255.0, 0.0))
    pixels = numpy.stack(channels, axis=-1).reshape(side, SAMPLES, side, SAMPLES, 4).mean(axis=(1, 3))
    return Image.fromarray(pixels.round().astype(numpy.uint8), "RGBA")


def main():
    folder = pathlib.Path(__file__).parents[2] / "www/icons"
    folder.mkdir(exist_ok=True)
    for side in (192, 512):
        icon(side, CORNER).save(folder / f"icon-{side}.png", optimize=True)
    # Systems cut it to their own shape.
    icon(512, 0).save(folder / "maskable-512.png", optimize=True)


if __name__ == "__main__":
    main()

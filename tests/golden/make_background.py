"""Small transparent pictures by Pillow, each with what is seen on a background.

Writes `background/<name>.png` and `background/<name>.<background>.npy` ([h, w, 3], bytes) for
tests/pictures.rs.
"""

import pathlib

import numpy as np
from PIL import Image

OUT = pathlib.Path(__file__).parent / "background"


def main():
    OUT.mkdir(exist_ok=True)
    rows, columns = np.mgrid[0:12, 0:16]
    opacity = (rows * 16 + columns).astype(np.uint8)
    colors = np.stack([rows * 20, columns * 15, 255 - rows * 9, opacity], axis=-1).astype(np.uint8)
    pictures = {"colors": Image.fromarray(colors), "grey": Image.fromarray(colors[..., [0, 3]], mode="LA")}
    for name, picture in pictures.items():
        picture.save(OUT / f"{name}.png")
        np.save(OUT / f"{name}.as-is.npy", np.asarray(picture.convert("RGB")))
        for background, level in [("white", 255), ("black", 0), ("grey", 128)]:
            seen = Image.new("RGB", picture.size, (level,) * 3)
            seen.paste(picture.convert("RGB"), mask=picture.getchannel("A"))
            np.save(OUT / f"{name}.{background}.npy", np.asarray(seen))


if __name__ == "__main__":
    main()

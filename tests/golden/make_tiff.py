"""Small TIFF files by Pillow, each with the RGB picture that it should be read as.

Writes `tiff/<name>.tif` and `tiff/<name>.npy` ([h, w, 3], bytes) for tests/prepare.rs.
"""

import pathlib

import numpy as np
from PIL import Image

OUT = pathlib.Path(__file__).parent / "tiff"


def main():
    OUT.mkdir(exist_ok=True)
    rows, columns = np.mgrid[0:9, 0:11]
    color = np.stack([rows * 28, columns * 23, (rows + columns) * 12], axis=-1).astype(np.uint8)
    grey = color[..., 0]
    for name, compression in [("raw", None), ("lzw", "tiff_lzw"), ("deflate", "tiff_adobe_deflate")]:
        Image.fromarray(color).save(OUT / f"color-{name}.tif", compression=compression)
        np.save(OUT / f"color-{name}.npy", color)
    Image.fromarray(grey).save(OUT / "grey.tif", compression="tiff_lzw")
    np.save(OUT / "grey.npy", np.stack([grey] * 3, axis=-1))
    wide = (rows * 11 + columns).astype(np.uint16) * 661
    Image.fromarray(wide).save(OUT / "grey-16.tif")
    np.save(OUT / "grey-16.npy", np.stack([np.rint(wide / 257).astype(np.uint8)] * 3, axis=-1))
    ten_bits = (rows * 11 + columns).astype(np.uint16) * 10
    Image.fromarray(ten_bits).save(OUT / "grey-10-bits.tif", compression="tiff_lzw")
    levels = np.rint(ten_bits / 1023 * 255).astype(np.uint8)
    np.save(OUT / "grey-10-bits.npy", np.stack([levels] * 3, axis=-1))
    pages = [Image.fromarray(color), Image.fromarray(255 - color)]
    pages[0].save(OUT / "pages.tif", save_all=True, append_images=pages[1:])
    np.save(OUT / "pages.npy", color)


if __name__ == "__main__":
    main()

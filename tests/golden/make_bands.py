"""Small TIFF files of several bands by tifffile, each with its numbers.

Wants `pip install tifffile imagecodecs` in an environment of its own. Writes `bands/<name>.tif` and
`bands/<name>.npy` (float32 [bands, h, w]) for src/picture/bands.rs.
"""

import pathlib

import numpy as np
import tifffile

OUT = pathlib.Path(__file__).parent / "bands"


def main():
    OUT.mkdir(exist_ok=True)
    bands, rows, columns = np.mgrid[0:5, 0:9, 0:11]
    numbers = bands * 1000 + rows * 11 + columns

    def save(name, array, planes, **options):
        tifffile.imwrite(OUT / f"{name}.tif", array, photometric="minisblack", **options)
        np.save(OUT / f"{name}.npy", np.asarray(planes, dtype=np.float32))

    wide = numbers.astype(np.uint16)
    save("contiguous", np.ascontiguousarray(wide.transpose(1, 2, 0)), wide, planarconfig="contig", compression="lzw")
    save("planes", wide, wide, planarconfig="separate", compression="zlib")
    save("bytes", (numbers % 251).astype(np.uint8).transpose(1, 2, 0).copy(), numbers % 251, planarconfig="contig")
    real = (numbers / 7 - 300).astype(np.float32)
    save("floats", np.ascontiguousarray(real.transpose(1, 2, 0)), real, planarconfig="contig")
    with tifffile.TiffWriter(OUT / "pages.tif") as file:
        for page in wide[:4]:
            file.write(page, photometric="minisblack", contiguous=False)
    np.save(OUT / "pages.npy", wide[:4].astype(np.float32))


if __name__ == "__main__":
    main()

"""Small pictures with colour profiles, each with its colours in sRGB by Little CMS (in Pillow).

Wants `pip install pillow` with LittleCMS. Writes `profiles/<name>` and `profiles/<name>.npy`
([h, w, 3], bytes) for src/picture/color_profile.rs. The profile is made here: Display P3's
primaries, adapted to D50, and a gamma of 2.2.
"""

import io
import pathlib
import struct

import numpy as np
from PIL import Image, ImageCms, PngImagePlugin

OUT = pathlib.Path(__file__).parent / "profiles"


def fixed(value):
    return struct.pack(">i", round(value * 65536))


def profile():
    """An ICC profile of version 2 with three primaries and one gamma."""
    xyz = lambda *values: b"XYZ \0\0\0\0" + b"".join(map(fixed, values))
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"wide\0" + b"\0" * (4 + 4 + 2 + 1 + 67)
    text += b"\0" * (-len(text) % 4)
    tags = {
        b"desc": text, b"wtpt": xyz(0.9642, 1.0, 0.8249), b"cprt": b"text\0\0\0\0none\0\0\0\0",
        b"rXYZ": xyz(0.51512, 0.2412, -0.00105), b"gXYZ": xyz(0.29198, 0.69225, 0.04189),
        b"bXYZ": xyz(0.1571, 0.06657, 0.78407), b"rTRC": curve, b"gTRC": curve, b"bTRC": curve,
    }
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, tag in tags.items():
        table += name + struct.pack(">II", start + len(body), len(tag))
        body += tag
    size = start + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"none", 0x02200000, b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28
    header += fixed(0.9642) + fixed(1.0) + fixed(0.8249)
    return header.ljust(128, b"\0") + table + body


def main():
    OUT.mkdir(exist_ok=True)
    rows, columns = np.mgrid[0:12, 0:16]
    colors = np.stack([rows * 23, columns * 17, (rows + columns) * 9], axis=-1).astype(np.uint8)
    picture, icc = Image.fromarray(colors), profile()
    (OUT / "wide.icc").write_bytes(icc)
    wide = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    for name, options in [("wide.png", {}), ("wide.jpg", {"quality": 95, "subsampling": 0}), ("wide.tif", {})]:
        picture.save(OUT / name, icc_profile=icc, **options)
        seen = Image.open(OUT / name).convert("RGB")
        np.save(OUT / f"{name}.npy", np.asarray(ImageCms.profileToProfile(seen, wide, ImageCms.createProfile("sRGB"))))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture.save(OUT / "srgb.png", icc_profile=srgb)
    chunks = PngImagePlugin.PngInfo()
    chunks.add(b"gAMA", struct.pack(">I", 100_000))
    Image.fromarray(np.full((8, 8, 3), 128, np.uint8)).save(OUT / "gamma.png", pnginfo=chunks)


if __name__ == "__main__":
    main()

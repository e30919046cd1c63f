"""Makes the golden pictures of decoding and resizing with Pillow.

    python tests/golden/make_prepare.py

Writes `prepare/<picture>.png`, `prepare/<picture>.<mode>.<height>x<width>.<filter>.npy`
(bytes, [h, w, 3] for RGB and [h, w] for L) and, in `prepare/exif/`, one JPEG for
each EXIF orientation with the upright picture that all of them show. An alpha
channel is dropped, as Pillow's convert("RGB") does.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

HERE = Path(__file__).resolve().parent
OUT = HERE / "prepare"
CHELSEA = HERE.parent.parent / "www" / "samples" / "chelsea.png"
FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}
# Height and width of the result: smaller, not square, larger.
SIZES = {
    "crop": (32, 32),
    "noise": (29, 41),
    "rgba": (32, 32),
    "grey": (32, 32),
    "grey16": (32, 32),
    "palette": (32, 32),
    "small": (32, 32),
}
ORIENTATION_TAG = 0x0112
# What must be done to the upright picture so that a viewer, obeying the tag, undoes it.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def pictures():
    """Small pictures, one for each way that bytes can become RGB."""
    rng = np.random.default_rng(7)
    photo = Image.open(CHELSEA).convert("RGB")
    crop = photo.crop((150, 60, 150 + 97, 60 + 61))
    noise = rng.integers(0, 256, (61, 97, 3), np.uint8)
    noise[:20] = np.where(noise[:20] > 127, 255, 0)
    alpha = rng.integers(0, 256, (50, 40, 1), np.uint8)
    colours = np.asarray(photo.crop((200, 80, 240, 130)))
    ramp = np.linspace(0, 65535, 45 * 37).reshape(45, 37).astype(np.uint16)
    return {
        "crop": crop,
        "noise": Image.fromarray(noise),
        "rgba": Image.fromarray(np.concatenate([colours, alpha], axis=2)),
        "grey": crop.convert("L"),
        "grey16": Image.fromarray(ramp),
        "palette": crop.quantize(16),
        "small": Image.fromarray(noise[18:29, 5:12]),
    }


def to_rgb(picture):
    """RGB bytes; of sixteen bits the upper eight, where Pillow would clip."""
    if picture.mode.startswith("I;16"):
        upper = (np.asarray(picture) >> 8).astype(np.uint8)
        picture = Image.fromarray(upper)
    return picture.convert("RGB")


def make_resized():
    for name, picture in pictures().items():
        path = OUT / f"{name}.png"
        picture.save(path, optimize=True)
        height, width = SIZES[name]
        modes = ["RGB", "L"] if name in ("crop", "small") else ["RGB"]
        for mode in modes:
            source = to_rgb(Image.open(path)).convert(mode)
            for filter, resample in FILTERS.items():
                resized = source.resize((width, height), resample)
                np.save(OUT / f"{name}.{mode}.{height}x{width}.{filter}.npy", np.asarray(resized))


def make_oriented():
    folder = OUT / "exif"
    folder.mkdir(exist_ok=True)
    upright = np.zeros((16, 24, 3), np.uint8)
    # Quadrants of whole 8×8 blocks stay solid in a JPEG.
    upright[:8, :16] = (200, 40, 40)
    upright[:8, 16:] = (40, 180, 60)
    upright[8:, :16] = (50, 70, 210)
    upright[8:, 16:] = (230, 210, 60)
    for orientation, change in STORED.items():
        picture = Image.fromarray(upright)
        if change is not None:
            picture = picture.transpose(change)
        exif = Image.Exif()
        exif[ORIENTATION_TAG] = orientation
        path = folder / f"orientation-{orientation}.jpg"
        picture.save(path, quality=95, subsampling=0, exif=exif)
        shown = np.asarray(ImageOps.exif_transpose(Image.open(path)))
        off = np.abs(shown.astype(int) - upright).max()
        if shown.shape != upright.shape or off > 3:
            raise SystemExit(f"orientation {orientation} does not come upright (off by {off})")
    np.save(folder / "upright.npy", upright)


def main():
    OUT.mkdir(exist_ok=True)
    make_resized()
    make_oriented()
    total = sum(path.stat().st_size for path in OUT.rglob("*") if path.is_file())
    print(f"{total / 1000:.0f} kB in {OUT.relative_to(HERE.parent.parent)}")


if __name__ == "__main__":
    main()

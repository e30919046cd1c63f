"""DICOM files that pydicom ships, and some that it writes, each with what pydicom reads of it.

Wants `pip install pydicom pylibjpeg pylibjpeg-libjpeg pylibjpeg-openjpeg pylibjpeg-rle` in an
environment of its own. Writes `dicom/<name>.dcm`, and of each a line in `dicom/expected.json`:
width, height, the window (low, high) of a grey picture, and the picture as the program shows it:
its bytes' SHA-256 where every decoder gives the same, or a file `dicom/<name>.npy` where lossy
codecs may differ by the tolerance that is said. src/dicom/tests.rs compares.
"""

import hashlib
import json
import pathlib
import shutil
import warnings

import numpy as np
import pydicom
from pydicom.data import get_testdata_file
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_windowing
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

OUT = pathlib.Path(__file__).parent / "dicom"

# pydicom's, exact, then those whose codecs may differ by so many levels of 255.
SHIPPED = {
    "CT_small": 0, "MR_small": 0, "MR_small_RLE": 0, "MR_small_bigendian": 0,
    "MR_small_implicit": 0, "MR_small_jp2klossless": 0, "MR_small_jpeg_ls_lossless": 0,
    "693_J2KI": 0, "JPEGLSNearLossless_08": 0, "JPEGLSNearLossless_16": 0,
    "SC_rgb_rle": 0, "SC_rgb_rle_16bit_2frame": 0, "SC_rgb_rle_32bit": 0, "SC_rgb_small_odd": 0,
    "SC_rgb_small_odd_big_endian": 0, "SC_rgb_jls_lossy_line": 0, "SC_rgb_jls_lossy_sample": 0,
    "SC_rgb_dcmtk_+eb+cr": 2, "SC_rgb_dcmtk_+eb+cy+np": 3, "SC_rgb_dcmtk_+eb+cy+s2": 3,
    "SC_rgb_gdcm_KY": 0, "SC_rgb_jpeg_gdcm": 0, "SC_ybr_full_422_uncompressed": 1,
    "image_dfl": 0, "rtdose": 0, "rtdose_rle": 0, "ExplVR_BigEnd": 0,
}


def first_frame(ds):
    array = ds.pixel_array
    return array[0] if int(ds.get("NumberOfFrames", 1) or 1) > 1 else array


def levels(part):
    return np.floor(np.clip(part, 0, 1) * 255 + 0.5).astype(np.uint8)


def window(ds, stored, values):
    center, width = ds.get("WindowCenter"), ds.get("WindowWidth")
    if center not in (None, "") and width not in (None, ""):
        first = lambda one: float(one[0] if isinstance(one, pydicom.multival.MultiValue) else one)
        center, width = first(center), first(width)
        if ds.get("VOILUTFunction") == "LINEAR_EXACT":
            return center - width / 2, center + width / 2
        low, high = center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2
        # pydicom's own function agrees.
        bits = ds.BitsStored
        ends = [-(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 1] if ds.PixelRepresentation else [0, 2.0 ** bits - 1]
        slope, intercept = float(ds.get("RescaleSlope", 1)), float(ds.get("RescaleIntercept", 0))
        bottom, top = (ends[0] * slope + intercept, ends[1] * slope + intercept)
        shown = (apply_windowing(values, ds) - bottom) / (top - bottom)
        assert np.allclose(shown, np.clip((values - low) / (high - low), 0, 1), atol=1e-6)
        return low, high
    slope, intercept = float(ds.get("RescaleSlope", 1) or 1), float(ds.get("RescaleIntercept", 0) or 0)
    if ds.BitsStored <= 8 and not ds.PixelRepresentation:
        return intercept, (2 ** ds.BitsStored - 1) * slope + intercept
    inside = values[stored != ds.PixelPaddingValue] if "PixelPaddingValue" in ds else values
    low, high = float(inside.min()), float(inside.max())
    return low, high if high > low else low + 1


def expected(ds):
    """The picture as bytes [h, w, 3], and its window."""
    for shared in ds.get("SharedFunctionalGroupsSequence", []):
        for found in shared.PixelValueTransformationSequence[0], shared.FrameVOILUTSequence[0]:
            ds.update(found)
    stored = first_frame(ds)
    kind = ds.PhotometricInterpretation
    if kind.startswith("MONOCHROME"):
        values = np.asarray(apply_modality_lut(stored, ds), dtype=np.float64)
        low, high = window(ds, stored, values)
        part = (values - low) / (high - low)
        if kind == "MONOCHROME1":
            part = 1 - np.clip(part, 0, 1)
        return np.stack([levels(part)] * 3, axis=-1), [low, high]
    if kind == "PALETTE COLOR":
        colors = apply_color_lut(stored, ds)
        return (colors >> 8).astype(np.uint8) if colors.dtype == np.uint16 else colors, None
    if stored.dtype != np.uint8:
        # Numbers above half of 32 bits are beyond what a picture has.
        white = min(2 ** ds.BitsStored, 2 ** 31) - 1
        stored = ((np.minimum(stored.astype(np.int64), white) * 255 + white // 2) // white).astype(np.uint8)
    return stored, None


def written():
    """Files for what pydicom ships none of."""
    rows, columns = np.mgrid[0:12, 0:10]
    base = pydicom.dcmread(get_testdata_file("MR_small.dcm"))
    for tag in ("WindowCenter", "WindowWidth", "PixelPaddingValue", "SmallestImagePixelValue", "LargestImagePixelValue"):
        if tag in base:
            del base[tag]
    base.Rows, base.Columns = 12, 10
    base.PatientName, base.PatientID = "Marmalade^Orpheus", "ID-4711-SECRET"

    def save(name, pixels, **elements):
        for keyword, value in elements.items():
            setattr(base, keyword, value)
        base.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        base.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
        base.save_as(OUT / f"{name}.dcm")
        return name

    numbers = (rows * 300 + columns * 7).astype(np.uint16)
    grey = {"SamplesPerPixel": 1, "BitsAllocated": 16, "BitsStored": 12, "HighBit": 11, "PixelRepresentation": 0}
    yield save("film", numbers, PhotometricInterpretation="MONOCHROME1", **grey)
    yield save("two-windows", numbers, PhotometricInterpretation="MONOCHROME2",
               WindowCenter=[40, 600], WindowWidth=[400, 1500], RescaleSlope="2", RescaleIntercept="-1024")
    base.VOILUTFunction = "LINEAR_EXACT"
    yield save("exact-window", numbers)
    del base.VOILUTFunction, base.WindowCenter, base.WindowWidth, base.RescaleSlope, base.RescaleIntercept
    signed = (numbers.astype(np.int32) - 1500).astype(np.int16)
    yield save("signed", signed, BitsStored=16, HighBit=15, PixelRepresentation=1)
    frames = np.stack([numbers, numbers[::-1], numbers * 2])
    yield save("frames", frames, NumberOfFrames="3", PixelRepresentation=0)
    del base.NumberOfFrames
    # As enhanced CT and MR have it: what is said of all frames stands in sequences.
    scale, window = pydicom.Dataset(), pydicom.Dataset()
    scale.RescaleSlope, scale.RescaleIntercept, scale.RescaleType = "2", "-100", "US"
    window.WindowCenter, window.WindowWidth = "1000", "3000"
    shared = pydicom.Dataset()
    shared.PixelValueTransformationSequence, shared.FrameVOILUTSequence = [scale], [window]
    shared.is_undefined_length_sequence_item = True
    yield save("enhanced", frames, NumberOfFrames="3", SharedFunctionalGroupsSequence=[shared])
    del base.SharedFunctionalGroupsSequence, base.NumberOfFrames
    colors = np.stack([rows * 20, columns * 25, (rows + columns) * 10], axis=-1).astype(np.uint8)
    yield save("planes", np.ascontiguousarray(colors.transpose(2, 0, 1)), SamplesPerPixel=3, BitsAllocated=8,
               BitsStored=8, HighBit=7, PhotometricInterpretation="RGB", PlanarConfiguration=1)
    del base.PlanarConfiguration
    for tag in (0x00281101, 0x00281102, 0x00281103):
        base.add_new(tag, "US", [256, 0, 16])
    ramp = np.arange(256, dtype=np.uint16)
    base.RedPaletteColorLookupTableData = (ramp * 257).tobytes()
    base.GreenPaletteColorLookupTableData = ((255 - ramp) * 257).tobytes()
    base.BluePaletteColorLookupTableData = (ramp ** 2).astype(np.uint16).tobytes()
    yield save("palette", (rows * 20 + columns).astype(np.uint8), SamplesPerPixel=1, PhotometricInterpretation="PALETTE COLOR")


def main():
    warnings.simplefilter("ignore")
    OUT.mkdir(exist_ok=True)
    names = dict(SHIPPED)
    for name in SHIPPED:
        shutil.copy(get_testdata_file(name + ".dcm"), OUT / f"{name}.dcm")
        (OUT / f"{name}.dcm").chmod(0o644)
    names.update({name: 0 for name in written()})
    # Files without a picture, or with one that is not read.
    for name in ("reportsi", "rtplan_truncated", "MR_truncated", "JPGExtended"):
        shutil.copy(get_testdata_file(name + ".dcm"), OUT / f"{name}.dcm")
        (OUT / f"{name}.dcm").chmod(0o644)
    found = {}
    for name, tolerance in names.items():
        ds = pydicom.dcmread(OUT / f"{name}.dcm", force=True)
        if "TransferSyntaxUID" not in ds.file_meta:
            ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        picture, shown = expected(ds)
        entry = {"size": [picture.shape[1], picture.shape[0]], "window": shown, "tolerance": tolerance}
        if tolerance:
            np.save(OUT / f"{name}.npy", picture)
        else:
            entry["sha256"] = hashlib.sha256(np.ascontiguousarray(picture).tobytes()).hexdigest()
        found[name] = entry
    (OUT / "expected.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""What an exported file says about itself, and the list of what was built."""

import hashlib
import json
from pathlib import Path

CONTRACT_VERSION = "1"
# What a model takes a byte 0…255 as: scale, mean and standard deviation.
VALUE_RANGES = {
    "minus-one-to-one": (1 / 127.5, 1.0, 1.0),
    "zero-to-one": (1 / 255, 0.0, 1.0),
    "bytes": (1.0, 0.0, 1.0),
    "efficientnet-lite": (1.0, 127.0, 128.0),
}


def preprocess(size, value_range, channels=3, layout="NHWC"):
    """The preparation of a picture: value = (byte * scale - mean) / std."""
    scale, mean, std = VALUE_RANGES[value_range]
    return {
        "layout": layout,
        "size": [size, size],
        "channels": "L" if channels == 1 else "RGB",
        "scale": scale,
        "mean": [mean] * channels,
        "std": [std] * channels,
        "resize": "bilinear",
    }


def set_metadata(model, *, layer, preprocess, labels, source, license):
    """Writes the contract's metadata_props into an ONNX model."""
    properties = {
        "gradcam.version": CONTRACT_VERSION,
        "gradcam.layer": layer,
        "gradcam.preprocess": json.dumps(preprocess),
        "gradcam.labels": json.dumps(labels, ensure_ascii=False),
        "gradcam.source": source,
        "gradcam.license": license,
    }
    del model.metadata_props[:]
    for key, value in properties.items():
        model.metadata_props.add(key=key, value=value)


def get_metadata(model):
    """The contract's entries of an ONNX model by their names without `gradcam.`."""
    found = {entry.key.removeprefix("gradcam."): entry.value for entry in model.metadata_props}
    for key in ("preprocess", "labels"):
        if key in found:
            found[key] = json.loads(found[key])
    return found


def sha256_of(path):
    """The file's SHA-256 in lower-case hexadecimal, read in pieces."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def manifest_entry(entry, path, classes):
    """One model of the manifest that the page reads."""
    return {
        "id": entry["id"],
        "name": entry["name"],
        "description": entry["description"],
        "file": path.name,
        "bytes": path.stat().st_size,
        "sha256": sha256_of(path),
        "classes": classes,
        "samples": entry.get("samples", []),
        "source": entry["source"],
        "license": entry["license"],
    }


def write_manifest(entries, out):
    """Writes `manifest.json`; the entry with most classes is the page's default."""
    text = json.dumps({"models": entries}, indent=2, ensure_ascii=False)
    Path(out, "manifest.json").write_text(text + "\n", encoding="utf-8")

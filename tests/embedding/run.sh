#!/usr/bin/env bash
# Builds a book and a documentation with three elements each, by the snippets of
# docs/embedding.md, and explains them in Chromium and Firefox. Tools that cannot be had are said.
set -euo pipefail
cd "$(dirname "$0")"
cache=${GRADCAM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gradcam}
sphinx="sphinx==8.2.3 myst-parser==4.0.1"
venv=$cache/embedding-venv
log=$cache/setup-embedding.log
export PATH="$cache/tools/bin:$PATH"

../../.github/scripts/setup.sh mdbook ||
  echo "SKIPPED: a book by mdBook, which could not be installed"
if [ "$(cat "$venv/ready" 2>/dev/null)" != "$sphinx" ]; then
  # shellcheck disable=SC2086
  { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check $sphinx &&
    echo "$sphinx" >"$venv/ready"; } >"$log" 2>&1 ||
    echo "SKIPPED: a documentation by Sphinx, which could not be installed ($log)"
fi
export SPHINX=$venv/bin/sphinx-build
exec node --test --test-reporter=spec --test-concurrency=1 embedding.test.mjs

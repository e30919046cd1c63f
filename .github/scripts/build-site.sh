#!/usr/bin/env bash
# Builds the page into dist.
#
#   build-site.sh          quick to build: what `make run` serves and the tests drive
#   build-site.sh --dist   what is deployed: link-time optimisation and wasm-opt
set -euo pipefail
cd "$(dirname "$0")/../.."

profile=release
if [ "${1:-}" = --dist ]; then
  profile=dist
fi
# Trunk is told not to download anything, and tells cargo the same.
cargo fetch --locked --quiet
trunk build --cargo-profile "$profile" --dist dist
# What says which models are up to date is of no use to a visitor.
rm -f dist/models/*.key

if [ "$profile" = dist ]; then
  python3 .github/scripts/optimise.py dist
fi

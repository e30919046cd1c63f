#!/usr/bin/env bash
# Builds the benchmark's measuring program for the browser, once for each variant of
# the engine, into target/bench/measure/VARIANT.
#
#   build-measure.sh [--dist] [VARIANT…]   variants: simd128 relaxed threads
#
# Without a name: those that the site in dist has. Flags, target folder and features
# are the engine's, so that tract is not compiled again.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .github/scripts/variant-flags.sh

profile=release
if [ "${1:-}" = --dist ]; then
  profile=dist
  shift
fi
if [ $# -eq 0 ]; then
  set -- simd128
  for name in relaxed threads; do
    ! compgen -G "dist/engine-$name-*_loader.js" >/dev/null || set -- "$@" "$name"
  done
fi

for variant in "$@"; do
  wasm=$(build_variant "$variant" "$profile" measure measure)
  out=target/bench/measure/$variant
  rm -rf "$out"
  wasm-bindgen --target web --no-typescript --out-dir "$out" --out-name measure "$wasm"
  if [ "$variant" = threads ]; then
    # The pool's script, with this program in place of the engine.
    sed 's#\./PROGRAM\.js#./measure.js#' www/engine_pool.js >"$out/measure_pool.js"
  fi
done

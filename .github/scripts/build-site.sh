#!/usr/bin/env bash
# Builds the page into dist.
#
#   build-site.sh          quick to build: what `make run` serves and the tests drive
#   build-site.sh --dist   what is deployed: link-time optimisation and wasm-opt
#
# VARIANTS names the engine's builds besides the baseline (default: relaxed threads).
# A site without them works, only slower.
# DOCS=yes adds the documentation, which --dist always has. SITE_URL is where the site will be.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .github/scripts/variant-flags.sh

# The engine is built to be fast, the page to be small.
profile=release page_profile=release
if [ "${1:-}" = --dist ]; then
  profile=dist page_profile=dist-page
fi
read -ra variants <<<"${VARIANTS-relaxed threads}"

build_page() {
  local flags
  # Where the program refers to its own parts, for the tool that splits it.
  flags="$(variant_flags simd128) -Clink-arg=--emit-relocs"
  (
    if [ "$profile" = dist ]; then
      # As small as it gets: std is compiled anew for that, and a panic, which is an
      # error of ours, stops the page without words.
      flags+=" -Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none"
      CARGO_TARGET_DIR=$(variant_target page)
      export RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR
      export CARGO_UNSTABLE_BUILD_STD=std,panic_abort CARGO_UNSTABLE_BUILD_STD_FEATURES=optimize_for_size
    fi
    WASM_BINDGEN=$(command -v wasm-bindgen) SPLIT_FOLDER=$PWD/target/page-parts
    export WASM_BINDGEN SPLIT_FOLDER
    PATH=$PWD/.github/scripts/split:$PATH RUSTFLAGS=$flags \
      trunk build --cargo-profile "$page_profile" --dist dist
    python3 .github/scripts/finish_page.py dist "$SPLIT_FOLDER"
  )
  # What says which models are up to date is of no use to a visitor.
  rm -f dist/models/*.key
}

# add_engine VARIANT: engine-VARIANT.js, its program engine-VARIANT_bg.wasm, and the
# scripts that start them.
add_engine() {
  local name=engine-$1 wasm made seal
  wasm=$(build_variant "$1" "$profile" engine engine)
  made=target/engines/$profile/$1
  seal="$name $(sha256sum <"$wasm")"
  if [ "$(cat "$made/seal" 2>/dev/null)" != "$seal" ]; then
    rm -rf "$made"
    # Without the names of functions, which nobody reads here and which can be half of it.
    wasm-bindgen --target web --no-typescript --remove-name-section --out-dir "$made" --out-name "$name" "$wasm"
    printf '%s\n' "$seal" >"$made/seal"
  fi
  cp "$made/$name.js" "$made/${name}_bg.wasm" dist/
  cp www/engine_loader.js "dist/${name}_loader.js"
  cp www/engine_checksum.js "dist/${name}_checksum.js"
  cp www/engine_pictures.js "dist/${name}_pictures.js"
  if [ "$1" = threads ]; then
    cp www/engine_pool.js "dist/${name}_pool.js"
  fi
}

# add_dicom: dicom.js and its program dicom_bg.wasm, which the engine loads for DICOM files.
add_dicom() {
  local wasm made=target/engines/$profile/dicom
  wasm=$(build_variant simd128 "$profile" dicom dicom_program)
  wasm-bindgen --target web --no-typescript --remove-name-section --out-dir "$made" --out-name dicom "$wasm"
  cp "$made/dicom.js" "$made/dicom_bg.wasm" dist/
}

# name_dicom: as name_engine does it; the engines' scripts are told. Before them, as their names
# hold a hash of what they say.
name_dicom() {
  local new
  new=dicom-$(cat dist/dicom.js dist/dicom_bg.wasm | sha256sum | cut -c1-16)
  mv dist/dicom.js "dist/$new.js"
  mv dist/dicom_bg.wasm "dist/${new}_bg.wasm"
  sed -i "s#\"PROGRAM\"#\"$new\"#" dist/engine-*_pictures.js
}

# name_engine VARIANT: puts a hash of their contents into the names of the variant's
# files, so that a browser may keep them for ever, and tells the page and the frame of
# <grad-cam>, which find them by the names in index.html and embed.html.
name_engine() {
  local old=engine-$1 new file page meta='gradcam-engines" content="'
  new=$old-$(cat "dist/$old.js" "dist/${old}"_* | sha256sum | cut -c1-16)
  [ ! -f "dist/${old}_pool.js" ] || sed -i "s#\./PROGRAM\.js#./$new.js#" "dist/${old}_pool.js"
  for file in "dist/$old.js" "dist/${old}"_*; do
    mv "$file" "dist/$new${file#"dist/$old"}"
  done
  for page in dist/index.html dist/embed.html; do
    grep -q "$meta" "$page"
    grep -q "$meta[^\"]*\b$1\b" "$page" || sed -i "s/$meta/&$1 /" "$page"
    sed -i "s/$meta[^\"]*\"/& data-$1=\"$new\"/" "$page"
  done
}

# timed NAME COMMAND…: as timed.sh, for functions. A step that fails ends the script.
timed() {
  local name=$1 started=$SECONDS
  shift
  printf '▸ %s\n' "$name"
  "$@"
  printf '✓ %s: %d s\n' "$name" $((SECONDS - started))
}

# Trunk is told not to download anything, and tells cargo the same.
cargo fetch --locked --quiet
if [ "$profile" = dist ]; then
  # What the page's own std is made of.
  std=$(rustc --print sysroot)/lib/rustlib/src/rust/library
  RUSTC_BOOTSTRAP=1 cargo fetch --locked --quiet --manifest-path "$std/Cargo.toml"
fi
timed "page" build_page
for variant in simd128 "${variants[@]}"; do
  timed "engine, $variant" add_engine "$variant"
done
timed "program for DICOM files" add_dicom
if [ "$profile" = dist ]; then
  timed "wasm-opt" python3 .github/scripts/optimise.py dist
fi
if [ "$profile" = dist ] || [ -n "${DOCS:-}" ]; then
  timed "documentation" python3 .github/scripts/build_docs.py dist
fi
if [ -n "${SITE_URL:-}" ]; then
  sed -i "s#content=\"preview.png\"#content=\"${SITE_URL%/}/preview.png\"#" dist/index.html
fi
name_dicom
for variant in simd128 "${variants[@]}"; do
  name_engine "$variant"
done
timed "widget" python3 .github/scripts/finish_widget.py dist
timed "list of files" python3 .github/scripts/list_files.py dist

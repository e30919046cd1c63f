#!/usr/bin/env bash
# Sets up what the project needs and the machine lacks. Safe to repeat: a step
# whose result is already there takes no time.
#
#   setup.sh PART…      parts: wasm-std rust-src trunk wasm-bindgen wasm-split wasm-opt mdbook python fashion browser firefox webkit node bidi
#
# Everything that can live outside the system goes to one cache folder
# ($GRADCAM_CACHE, by default ~/.cache/gradcam), shared by all clones.
# Each step tries the ordinary route first and falls back where the machine
# reaches package registries only.
set -euo pipefail

cache=${GRADCAM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gradcam}
root=$(cd "$(dirname "$0")/../.." && pwd)
trunk_version=0.21.14
bindgen_version=0.2.130 # must equal wasm-bindgen in Cargo.toml
binaryen_version=132
mdbook_version=0.5.4
split_version=0.2.4 # of wasm_split_helpers in Cargo.toml: the same 0.2
rustup_seconds=${RUSTUP_SECONDS:-90}
mkdir -p "$cache"
export PATH="$cache/tools/bin:$PATH"

fail() { # one line: what is missing, and how to get it
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

step() { # step NAME COMMAND…: prints the name and how long it took
  local name=$1 started=$SECONDS log status
  shift
  log="$cache/setup-${name//[^a-z-]/-}.log"
  printf '· %-28s' "$name"
  # Not as the condition of an `if`: that would switch `set -e` off inside.
  set +e
  (
    set -e
    "$@"
  ) >"$log" 2>&1
  status=$?
  set -e
  if [ "$status" -eq 0 ]; then
    printf ' %4d s\n' $((SECONDS - started))
  else
    printf ' failed\n'
    tail -n 15 "$log" >&2
    fail "$name: $(tail -n 1 "$log") (the whole output is in $log)"
  fi
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

apt_install() {
  command -v apt-get >/dev/null || { echo "no apt-get here: install $* by hand"; return 1; }
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get install -y --no-install-recommends "$@" ||
    { as_root apt-get update && as_root apt-get install -y --no-install-recommends "$@"; }
}

# --- the standard library for wasm32 -----------------------------------------

sysroot_wasm() { printf '%s/lib/rustlib/wasm32-unknown-unknown/lib' "$(rustc --print sysroot)"; }
has_wasm_std() { compgen -G "$(sysroot_wasm)/libstd-*.rlib" >/dev/null; }

# The sources of std from Debian's rust-src package, in the very version of
# rustc. The mirror is the one that this machine's apt already uses.
fetch_rust_src() {
  local version site suite work=$cache/rust-src
  version=$(rustc --version | cut -d' ' -f2)
  [ -d "$work/usr/src/rustc-$version/library" ] && return 0
  command -v apt-get >/dev/null || { echo "rustup could not add the sources, and there is no apt-get"; return 1; }
  rm -rf "$work" && mkdir -p "$work/lists/partial"
  site=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -E '/debian/?$' | sort -u | sed -n 1p || true)
  [ -n "$site" ] || { echo "no Debian mirror among this machine's apt sources"; return 1; }
  for suite in trixie-backports trixie sid; do
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$site" "$suite" >"$work/sources.list"
    local options=(-o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/lists" -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update || continue
    local package
    package=$(apt-cache "${options[@]}" madison rust-src | awk -v v="$version+" 'index($3, v) == 1 && !n++ {print $3}')
    [ -n "$package" ] || continue
    (cd "$work" && apt-get "${options[@]}" download "rust-src=$package" && dpkg -x rust-src_*.deb .)
    [ -d "$work/usr/src/rustc-$version/library" ] && return 0
  done
  echo "found no rust-src $version in the Debian suites tried"
  return 1
}

# The sources of std: threads need it compiled for them.
setup_rust_src() {
  local version sources
  version=$(rustc --version | cut -d' ' -f2)
  sources=$(rustc --print sysroot)/lib/rustlib/src/rust
  [ -e "$sources/library/std" ] && return 0
  # Where rustup's host cannot be reached the command hangs, hence the limit.
  if command -v rustup >/dev/null && timeout "$rustup_seconds" rustup component add rust-src && [ -e "$sources/library/std" ]; then
    return 0
  fi
  fetch_rust_src
  mkdir -p "$sources"
  ln -sfn "$cache/rust-src/usr/src/rustc-$version/library" "$sources/library"
}

build_wasm_std() {
  local work=$cache/wasm-std out
  setup_rust_src
  rm -rf "$work" && mkdir -p "$work/src"
  printf '[package]\nname = "empty_for_std"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' >"$work/Cargo.toml"
  : >"$work/src/lib.rs"
  # Bitcode is embedded so that builds with link-time optimisation can link std.
  (cd "$work" && CARGO_TARGET_DIR=$work/target RUSTFLAGS=-Cembed-bitcode=yes RUSTC_BOOTSTRAP=1 \
    cargo build --release -Zbuild-std=std,panic_abort,test --target wasm32-unknown-unknown)
  out=$(sysroot_wasm)
  rm -rf "$out" && mkdir -p "$out"
  find "$work/target/wasm32-unknown-unknown/release/deps" -name '*.rlib' ! -name 'libempty_for_std*' -exec cp {} "$out" \;
  has_wasm_std
}

setup_wasm_std() {
  has_wasm_std && return 0
  # Where rustup's host cannot be reached the command hangs, hence the limit.
  if command -v rustup >/dev/null && timeout "$rustup_seconds" rustup target add wasm32-unknown-unknown && has_wasm_std; then
    return 0
  fi
  build_wasm_std
}

# --- tools --------------------------------------------------------------------

setup_trunk() {
  [ "$(trunk --version 2>/dev/null)" = "trunk $trunk_version" ] && return 0
  CARGO_TARGET_DIR=$cache/tools-target cargo install --root "$cache/tools" --debug --locked \
    "trunk@$trunk_version" --no-default-features --features rustls
}

setup_wasm_bindgen() {
  [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $bindgen_version" ] && return 0
  # Without --locked: its lock file names a crate version that not every registry serves.
  CARGO_TARGET_DIR=$cache/tools-target cargo install --root "$cache/tools" --debug "wasm-bindgen-cli@$bindgen_version"
}

# It cannot say its version; cargo knows what it installed.
setup_wasm_split() {
  grep -q "^\"wasm_split_cli_support $split_version " "$cache/tools/.crates.toml" 2>/dev/null &&
    command -v wasm-split-cli >/dev/null && return 0
  CARGO_TARGET_DIR=$cache/tools-target cargo install --root "$cache/tools" --debug --locked \
    "wasm_split_cli_support@$split_version" --features build-binary
}

# Only for `make dist`. Debian's binaryen is too old for what Rust emits today.
setup_wasm_opt() {
  [[ "$(wasm-opt --version 2>/dev/null)" == *" $binaryen_version"* ]] && return 0
  command -v npm >/dev/null || { echo "node (20 or newer) with npm is needed for wasm-opt"; return 1; }
  npm install --global --prefix "$cache/tools" "binaryen@$binaryen_version"
}

# Only for `make docs` and `make dist`. The book has no search of its own.
setup_mdbook() {
  [[ "$(mdbook --version 2>/dev/null)" == *"$mdbook_version" ]] && return 0
  CARGO_TARGET_DIR=$cache/tools-target cargo install --root "$cache/tools" --debug --locked \
    "mdbook@$mdbook_version" --no-default-features
}

setup_python() {
  local venv=$cache/venv wanted=$root/models/requirements.txt
  [ -f "$venv/ready" ] && cmp -s "$venv/ready" "$wanted" && return 0
  if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "python3 (3.11 or newer) is needed to build the models"
    return 1
  fi
  python3 -m venv "$venv" || { apt_install python3-venv && python3 -m venv "$venv"; }
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
  cp "$wanted" "$venv/ready"
}

# Fashion-MNIST, only for training xception-tiny again.
setup_fashion() { [ -d /usr/share/datasets/fashion-mnist ] || apt_install dataset-fashion-mnist; }

setup_browser() {
  local name
  for name in ${CHROMIUM:-chromium chromium-browser google-chrome}; do
    command -v "$name" >/dev/null && return 0
  done
  apt_install chromium
}

setup_firefox() {
  command -v "${FIREFOX:-firefox-esr}" >/dev/null || command -v firefox >/dev/null || apt_install firefox-esr
}

setup_webkit() {
  command -v WebKitWebDriver >/dev/null && command -v Xvfb >/dev/null || apt_install webkit2gtk-driver xvfb
}

# npm_packages FOLDER: the packages of its lock file.
npm_packages() {
  local folder=$root/$1 wanted=$root/$1/package-lock.json
  [ -f "$folder/node_modules/ready" ] && cmp -s "$wanted" "$folder/node_modules/ready" && return 0
  npm ci --prefix "$folder" --no-audit --no-fund
  cp "$wanted" "$folder/node_modules/ready"
}

setup_node() {
  if ! command -v npm >/dev/null || ! node -e 'process.exit(require("zlib").crc32 ? 0 : 1)'; then
    echo "node (20.15 or newer) with npm is needed for the browser tests"
    return 1
  fi
  npm_packages tests/e2e
}

command -v cargo >/dev/null || fail "Rust is missing: install it with rustup (https://rustup.rs), version 1.92 or newer"
for part in "$@"; do
  case $part in
    wasm-std) step "wasm32 standard library" setup_wasm_std ;;
    rust-src) step "sources of std" setup_rust_src ;;
    trunk) step "Trunk $trunk_version" setup_trunk ;;
    wasm-bindgen) step "wasm-bindgen $bindgen_version" setup_wasm_bindgen ;;
    wasm-split) step "wasm-split $split_version" setup_wasm_split ;;
    wasm-opt) step "wasm-opt $binaryen_version" setup_wasm_opt ;;
    mdbook) step "mdBook $mdbook_version" setup_mdbook ;;
    python) step "Python packages" setup_python ;;
    fashion) step "Fashion-MNIST" setup_fashion ;;
    browser) step "Chromium" setup_browser ;;
    firefox) step "Firefox" setup_firefox ;;
    webkit) step "WebKit" setup_webkit ;;
    node) step "Playwright" setup_node ;;
    bidi) step "Puppeteer" npm_packages tests/browsers ;;
    *) fail "unknown part '$part'; parts: wasm-std rust-src trunk wasm-bindgen wasm-split wasm-opt mdbook python fashion browser firefox webkit node bidi" ;;
  esac
done

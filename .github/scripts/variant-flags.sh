# Read by other scripts: what the compiler is told for each variant of the engine.

# variant_flags NAME: RUSTFLAGS for wasm32. The same words in the same order mean
# that tract, which takes minutes, is compiled once for all programs.
variant_flags() {
  local flags="-Ctarget-feature=+simd128" symbol
  case $1 in
    simd128) ;;
    relaxed) flags+=",+relaxed-simd" ;;
    threads)
      flags+=",+relaxed-simd,+atomics,+bulk-memory,+mutable-globals"
      flags+=" -Clink-arg=--shared-memory -Clink-arg=--max-memory=4294967296 -Clink-arg=--import-memory"
      for symbol in __wasm_init_tls __tls_size __tls_align __tls_base; do
        flags+=" -Clink-arg=--export=$symbol"
      done
      ;;
    *)
      echo "there is no variant '$1'; variants: simd128 relaxed threads" >&2
      return 1
      ;;
  esac
  printf '%s\n' "$flags"
}

# variant_target NAME: the target folder. Threads have one of their own, and so has the
# page as it is deployed: their std is another, and what lets cargo build it would make
# the other variants stale.
variant_target() {
  local target=${CARGO_TARGET_DIR:-target}
  case $1 in
    threads | page) printf '%s/%s\n' "$target" "$1" ;;
    *) printf '%s\n' "$target" ;;
  esac
}

# build_variant NAME PROFILE BINARY FEATURE: compiles a program for the browser and
# prints where it lies.
build_variant() {
  local variant=$1 profile=$2 binary=$3 feature=$4 flags out options=()
  flags=$(variant_flags "$variant") || return
  out=$(variant_target "$variant")
  if [ "$variant" = threads ]; then
    feature+=,threads
    options=(-Zbuild-std=std,panic_abort)
  fi
  (
    export RUSTFLAGS=$flags CARGO_TARGET_DIR=$out
    if [ "$variant" = threads ]; then
      # Compiling std is not stable; the compiler itself is the stable one.
      export RUSTC_BOOTSTRAP=1
      # As it is deployed without the line of every place that could panic, which is 2 % of it:
      # an error says what was wrong, not where. The other variants say both.
      [ "$profile" != dist ] || RUSTFLAGS+=" -Zlocation-detail=none"
    fi
    cargo build --quiet --locked --profile "$profile" --target wasm32-unknown-unknown \
      --no-default-features --features "$feature" --bin "$binary" "${options[@]}"
  ) || return
  printf '%s\n' "$out/wasm32-unknown-unknown/$profile/$binary.wasm"
}

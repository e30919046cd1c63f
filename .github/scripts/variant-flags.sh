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

# The one list of commands. `make run` and `make test` set up whatever is missing.
#
#   make run      build everything and serve the page on 127.0.0.1:8080
#   make test     every test
#   make models   build the model files into www/models (MODELS="id…", PRECISION=int8)
#   make site     build the page into dist (VARIANTS="": only the baseline engine)
#   make dist     the page as it is deployed: optimised, slow to build
#   make docs     the page with the documentation beside it, in dist/docs
#   make npm      the JavaScript library as a package in dist-npm, with the deployed engine
#   make test-npm    the package, with the engine of `make site`, in a fresh Vite project
#   make test-embedding  <grad-cam> in books by mdBook and Sphinx
#   make test-browsers   the page, <grad-cam> and the library in Firefox and WebKit
#   make bench    measure the engine against onnxruntime-web in headless Chromium
#   make golden   arrays by Keras and TensorFlow that the tests compare with
#   make fuzz     hostile files and command lines for ten minutes (SECONDS=60: for one)
#   make test-wasm   numbers of shapes and constants in the 32 bits of a browser
#   make test-batch  lists of pictures under PySpark and Ray, with the packages from PyPI
#   make study    measure every method by every metric (STUDY="--pictures FOLDER")
#   make test-miri   the kernels' unsafe code under Miri, if that is installed
#   make lint     format, clippy, documentation
#   make help     this list

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# Each step uses all cores by itself, and their order matters.
.NOTPARALLEL:

PORT ?= 8080
GRADCAM_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/gradcam
# One target folder for all clones: tract takes minutes to build.
CARGO_TARGET_DIR ?= $(GRADCAM_CACHE)/target
# A connection that breaks is tried again: setting up fetches much.
CARGO_NET_RETRY ?= 10
export GRADCAM_CACHE CARGO_TARGET_DIR CARGO_NET_RETRY
export PATH := $(GRADCAM_CACHE)/tools/bin:$(PATH)

# How long `make fuzz` runs. Bash has a variable SECONDS of its own; only one
# given on the command line counts.
FUZZ_SECONDS := $(if $(filter command,$(firstword $(origin SECONDS))),$(SECONDS),600)

PYTHON := $(GRADCAM_CACHE)/venv/bin/python
SETUP := .github/scripts/setup.sh
TIMED := .github/scripts/timed.sh
NATIVE := --release --features cli,app

.PHONY: help run serve test setup-site setup-tests models site docs dist bench golden fuzz lint \
	test-models test-native test-wasm test-miri test-batch study test-e2e npm test-npm test-embedding setup-browsers test-browsers clean

help:
	@sed -n '/^# *make/s/^#   //p' Makefile

run: site serve

serve:
	@.github/scripts/serve.py dist --port $(PORT)

setup-site:
	@$(SETUP) wasm-std rust-src trunk wasm-bindgen wasm-split python

setup-tests: setup-site
	@$(SETUP) browser node

models: setup-site
	@$(TIMED) "models" $(PYTHON) models/export.py build $(if $(MODELS),--only $(MODELS)) \
		$(if $(PRECISION),--precision $(PRECISION))

site: models
	@$(TIMED) "site" .github/scripts/build-site.sh

docs: models
	@$(SETUP) mdbook
	@DOCS=yes $(TIMED) "site with documentation" .github/scripts/build-site.sh

dist: models
	@$(SETUP) wasm-opt mdbook
	@$(TIMED) "site for deployment" .github/scripts/build-site.sh --dist

npm: dist
	@$(TIMED) "package for npm" .github/scripts/build-npm.sh

# Not part of `make test`, as the next ones: packages from npm, PyPI and crates.io.
test-npm: site setup-tests
	@$(TIMED) "package for npm" .github/scripts/build-npm.sh
	@$(TIMED) "package in a Vite project" node --test --test-reporter=spec tests/npm/vite.test.mjs

# Two more browsers. One that cannot be had is said and left out.
setup-browsers:
	@$(SETUP) bidi
	@$(SETUP) firefox || echo "SKIPPED: Firefox, which could not be installed; FIREFOX names one that is there"
	@$(SETUP) webkit || echo "SKIPPED: WebKit, which could not be installed: webkit2gtk-driver and xvfb of Debian"

test-browsers: site setup-tests setup-browsers
	@$(TIMED) "in Firefox and WebKit" node --test --test-reporter=spec tests/browsers/browsers.test.mjs

test-embedding: site setup-tests setup-browsers
	@$(TIMED) "snippets of docs/embedding.md" tests/embedding/run.sh

golden: models
	@$(TIMED) "golden arrays by Keras" $(PYTHON) tests/golden/make.py
	@$(TIMED) "golden networks by TensorFlow" $(PYTHON) tests/golden/networks.py
	@$(TIMED) "golden networks in PyTorch's idiom" $(PYTHON) tests/golden/torch_idiom.py

# As deployed with PROFILE=dist. RUNS, WARM_UPS and ONLY: see tests/bench/README.md.
BENCH := tests/bench
export RUNS WARM_UPS ONLY PROFILE
bench: $(if $(filter dist,$(PROFILE)),dist,site) setup-tests $(BENCH)/node_modules/ready
	@$(TIMED) "measuring program" .github/scripts/build-measure.sh $(if $(filter dist,$(PROFILE)),--dist)
	@cargo build --quiet $(NATIVE) --bin gradcam
	@GRADCAM_CLI=$(CARGO_TARGET_DIR)/release/gradcam node $(BENCH)/bench.mjs

$(BENCH)/node_modules/ready: $(BENCH)/package-lock.json
	@$(TIMED) "onnxruntime-web" npm ci --prefix $(BENCH) --ignore-scripts --no-audit --no-fund
	@touch $@

test: setup-tests lint test-models test-native test-wasm test-e2e
	@echo "all tests passed"

# Overflowing numbers are errors here, in this package alone: nothing else is
# built again. A third of the time is for models, one for pictures, one for the command line.
fuzz:
	@GRADCAM_FUZZ_SECONDS=$$(( $(FUZZ_SECONDS) / 3 )) cargo test --quiet $(NATIVE) \
		--config 'profile.release.package.gradcam.overflow-checks=true' \
		--no-fail-fast --test fuzz --test fuzz_pictures --test fuzz_verbs -- --nocapture

# The unit tests of src/onnx, whose numbers have 64 bits natively.
test-wasm: setup-site
	@if command -v node > /dev/null; then \
		CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=wasm-bindgen-test-runner \
			$(TIMED) "unit tests in 32 bits" cargo test --release \
			--target wasm32-unknown-unknown --no-default-features --features engine --lib onnx:: ; \
	else \
		echo "SKIPPED: unit tests in 32 bits. To run them: install node"; \
	fi

# Undefined behaviour, seen by an interpreter: nothing of tract's machine code, and few random
# cases. It compiles tract into a folder of its own first.
test-miri:
	@if cargo +nightly miri --version > /dev/null 2>&1; then \
		CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)/miri MIRIFLAGS=-Zmiri-disable-isolation \
			$(TIMED) "kernels under Miri" cargo +nightly miri test --quiet --lib \
			--package gradcam-kernels -- \
			packed_buffer row_scaling max_pooling_is a_fused_program a_strided_copy; \
	else \
		echo "SKIPPED: the kernels under Miri. To run it:" \
			"rustup +nightly component add miri rust-src"; \
	fi

# Not part of `make test`: hundreds of megabytes of packages.
test-batch:
	@cargo build --quiet $(NATIVE) --bin gradcam
	@$(TIMED) "lists under PySpark and Ray" tests/batch/run.sh $(CARGO_TARGET_DIR)/release/gradcam

# Not part of `make test`: an hour and more. What was measured before is kept in target/study.jsonl.
study: models
	@cargo build --quiet $(NATIVE) --bin gradcam
	@$(TIMED) "every method by every metric" $(PYTHON) docs/faithfulness/study.py \
		--gradcam $(CARGO_TARGET_DIR)/release/gradcam --log $(CARGO_TARGET_DIR)/study.jsonl $(STUDY)

lint:
	@$(TIMED) "links of the documentation" python3 .github/scripts/build_docs.py --check target/book-checked
	@$(TIMED) "format" cargo fmt --all --check
	@$(TIMED) "clippy, native" cargo clippy --quiet $(NATIVE) --workspace --all-targets -- -D warnings
	@$(TIMED) "clippy, the page" cargo clippy --quiet --release --target wasm32-unknown-unknown --features app --lib --bin app -- -D warnings
	@$(TIMED) "clippy, the engine" cargo clippy --quiet --release --target wasm32-unknown-unknown --features engine,measure --lib --bin engine --bin measure -- -D warnings
	@$(TIMED) "clippy, the engine with threads" cargo clippy --quiet --release --target wasm32-unknown-unknown --features threads,measure --lib --bin engine --bin measure -- -D warnings
	@$(TIMED) "clippy, the program for DICOM files" cargo clippy --quiet --release --target wasm32-unknown-unknown --features dicom_program --lib --bin dicom -- -D warnings
	@RUSTDOCFLAGS="-D warnings" $(TIMED) "documentation" cargo doc --quiet $(NATIVE) --workspace --no-deps --lib
	@RUSTDOCFLAGS="-D warnings" $(TIMED) "documentation, the page" cargo doc --quiet --release --target wasm32-unknown-unknown --features app --no-deps --lib

test-models: models
	@$(TIMED) "models' own tests" $(PYTHON) -m unittest discover --quiet models

test-native: golden
	@GRADCAM_PYTHON=$(PYTHON) $(TIMED) "native tests" cargo test --quiet $(NATIVE) --workspace
	@GRADCAM_OWN_KERNELS=1 $(TIMED) "whole networks on own kernels" \
		cargo test --quiet $(NATIVE) --test golden --test networks --test threads
	@GRADCAM_OWN_KERNELS=1 $(TIMED) "unit tests on own kernels" \
		cargo test --quiet $(NATIVE) --workspace --lib -- \
		network:: tests::convolution tests::rounding tests::thread_pool tests::windows

test-e2e: site golden setup-tests
	@cargo build --quiet $(NATIVE) --bin gradcam
	@GRADCAM_CLI=$(CARGO_TARGET_DIR)/release/gradcam $(TIMED) "end to end in Chromium" \
		bash -c 'cd tests/e2e && node --test --test-reporter=spec --test-concurrency=1 *.test.mjs'

clean:
	rm -rf dist dist-npm www/models tests/golden/built target

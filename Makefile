# Everything that a person or a build server asks of this checkout. `make help` lists it.
# What is built lies outside of the checkout: in $CARGO_TARGET_DIR, or else in ~/.cache/deren/target.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

export DEREN_CACHE ?= $(HOME)/.cache/deren
CARGO_TARGET_DIR ?= $(DEREN_CACHE)/target
override CARGO_TARGET_DIR := $(abspath $(CARGO_TARGET_DIR))
export CARGO_TARGET_DIR
# The Wasm builder cannot find the workspace from a target folder that lies elsewhere.
export WASM_BUILD_WORKSPACE_HINT := $(CURDIR)

# Nodes that the demo and the tests start need not compile the runtime that an earlier one compiled.
export DEREN_NODE_WASM_CACHE ?= $(CARGO_TARGET_DIR)/wasm-cache

# The node's WebRTC takes the system's OpenSSL instead of compiling one; programs that leave this machine bring theirs.
export OPENSSL_NO_VENDOR := 1
release-programs: export OPENSSL_NO_VENDOR := 0

# The Node.js that set-up chose, before any other.
export PATH := $(abspath $(DEREN_CACHE))/node/bin:$(PATH)

BIN := $(CARGO_TARGET_DIR)/bin
# cargo with the Rust that set-up chose for the runtime, and with the pages, which are built first if they changed.
CARGO := source $(DEREN_CACHE)/env.sh && DEREN_WEB_DIST=$$(scripts/pages.sh) && export DEREN_WEB_DIST && cargo
# All programs, as tests need them. A small test is named along, because then cargo takes the features of tests for all
# dependencies: without it the demo and the tests would each compile most of them for themselves.
PROGRAMS := build --workspace --bins --test postgres
# For the same reason `--examples`; programs whose name is a library's too would be written over it.
DOC_TARGETS := --lib --bin deren-node --examples
ARGS ?=

.PHONY: help setup pages api demo test check documents build where release-programs edge-gateway deb release bench load fuzz pictures weights clean

help:
	@echo 'make demo [ARGS=…]  start a neighbourhood and watch it trade; ARGS="--until-settled 3" leaves after three slots'
	@echo 'make test           build what the tests need and run them all'
	@echo 'make check          formatting, lints and documentation, with warnings as errors'
	@echo 'make api            write openapi.json from the handlers, and from it the types of the pages'
	@echo 'make documents      links, commands and prose of the documents, and how files are laid out; seconds'
	@echo 'make build          release binaries; `make -s where` prints their folder'
	@echo 'make deb [ARGS=…]   the gateway as a Debian package; prints its path; ARGS="node dashboards" packs those'
	@echo 'make release        a release of this commit: programs, packages, the runtime with its hash, checksums, contents'
	@echo 'make bench          measure clearing, readings per second, the way from slot end to finality and to the open page'
	@echo 'make load ARGS=…    measure what one node takes with many homes in its state: ARGS="--homes 10000"'
	@echo 'make fuzz [ARGS=…]  give random bytes to all that reads a wire or a file; ARGS="10000000 sml" as many to that one,'
	@echo '                    ARGS="100000 runtime" to the runtime, as blocks of calls'
	@echo 'make pages          only the pages; the others build them by themselves'
	@echo 'make pictures       take the pictures of the pages that README.md shows'
	@echo 'make weights        measure the pallets again and write their weights.rs'
	@echo 'make setup          only the set-up that the others do by themselves'
	@echo 'make clean          delete what was built'

setup:
	@scripts/setup.sh >&2

# Prints where they are.
pages: setup
	@scripts/pages.sh

# The handlers make the document, and the document makes the pages' types. `make check` and a test fail while one is old.
api: setup
	@export DEREN_UPDATE_SNAPSHOTS=1 && $(CARGO) test --workspace --test api the_document_is_the_committed_one
	@cd dashboards/web && npm run --silent api

# The demo's stdout is the neighbourhood's alone: its last line is read by programs.
demo: setup
	@{ $(CARGO) $(PROGRAMS); } >&2
	@exec $(CARGO_TARGET_DIR)/debug/deren-neighbourhood $(ARGS)

# The tests start the same binaries as the demo, so these come first. Most of a test's time is waiting for blocks and
# slots, so more of them run at once than there are cores.
test: export RUST_TEST_THREADS ?= $(shell echo $$(($$(nproc) * 2)))
test: setup
	@$(CARGO) $(PROGRAMS)
	@cd tests/browser && DEREN_WEB_DIST=$$(../../scripts/pages.sh) npm run --silent pages
	@$(CARGO) test --workspace

# The scripts that check what needs no compiler, then what they check: a link leads somewhere, a command is there, the
# reference says what the code says, prose does not get worse, files, functions and modules are as style.md wants them,
# and one version stands everywhere.
documents:
	@python3 scripts/docs/tests.py --quiet
	@python3 scripts/docs/links.py
	@python3 scripts/docs/commands.py
	@python3 scripts/docs/reference.py
	@python3 scripts/docs/prose.py
	@python3 scripts/layout.py --test
	@python3 scripts/layout.py
	@python3 scripts/release/tests.py --quiet
	@python3 scripts/release/versions.py >/dev/null

# The runtime's blob is built here too: without it every switch between check and test would rebuild the runtime.
check: setup documents
	@cargo fmt --all --check
	@cd dashboards/web && npm run --silent check
	@cd tests/browser && npm run --silent check
	@cd dashboards/tests/peers && npm run --silent check
	@$(DEREN_CACHE)/peers/bin/python -m openapi_spec_validator --validation-errors all dashboards/openapi.json
	@$(DEREN_CACHE)/peers/bin/python scripts/circles.py --test
	@$(DEREN_CACHE)/peers/bin/python scripts/circles.py
	@if command -v cargo-deny >/dev/null; then cargo deny --locked check; \
	    else echo 'make check: licences and advisories are not checked, because cargo-deny is not installed' >&2; fi
	@$(CARGO) clippy --workspace --all-targets -- -D warnings
	@export RUSTDOCFLAGS='-D warnings' && $(CARGO) doc --workspace --no-deps $(DOC_TARGETS)

# The gateway is built for a small machine, everything else for speed; side by side, because each ends with minutes
# that only one core can work on.
build: setup
	@scripts/pages.sh >/dev/null
	@$(MAKE) -j$$(nproc) release-programs edge-gateway
	@mkdir -p $(BIN)
	@find $(CARGO_TARGET_DIR)/release $(CARGO_TARGET_DIR)/edge -maxdepth 1 -type f -name 'deren-*' -executable \
	    -exec cp -f -t $(BIN) {} +
	@echo 'make build: the binaries are in $(BIN)'

release-programs:
	+@$(CARGO) build --release --workspace --exclude deren-gateway --bins

edge-gateway:
	+@$(CARGO) build --profile edge -p deren-gateway --bins

where:
	@echo $(BIN)

# Its last lines are the packages' paths. DEREN_TARGET=aarch64-unknown-linux-gnu builds the gateway for a Raspberry Pi.
deb: setup
	@source $(DEREN_CACHE)/env.sh && DEREN_WEB_DIST=$$(scripts/pages.sh) && export DEREN_WEB_DIST && scripts/deb.sh $(ARGS)

# Its last line is the release's folder. docs/contribute/release.md says how a release is made.
release: build
	@source $(DEREN_CACHE)/env.sh && packages=$$(DEREN_DEB_BUILT=1 scripts/deb.sh gateway node dashboards) && \
	    scripts/release/release.sh $$packages

bench: build
	@$(CARGO) bench -p deren-market
	@$(CARGO) bench -p deren-dashboards
	@$(BIN)/deren-neighbourhood bench $(ARGS)
	@$(BIN)/deren-neighbourhood bench-pages

load: build
	@$(BIN)/deren-neighbourhood load $(ARGS)

# The browser test writes them; those that README.md shows are as wide as a screen and no longer.
pictures: setup
	@$(CARGO) $(PROGRAMS)
	@DEREN_PICTURES=$(CARGO_TARGET_DIR)/pictures $(CARGO) test --workspace --test stories in_the_browser::
	@mkdir -p docs/pages
	@cd $(CARGO_TARGET_DIR)/pictures && cp home.png buy.png grid.png $(CURDIR)/docs/pages/

fuzz: setup
	@source $(DEREN_CACHE)/env.sh && scripts/fuzz.sh $(ARGS)

weights: setup
	@source $(DEREN_CACHE)/env.sh && scripts/weights.sh $(ARGS)

clean:
	@cargo clean

# Conveniences. Nothing here is needed to build or run the product: `cargo run -- demo` is enough.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := check
.NOTPARALLEL:
.PHONY: test check demo setup browser bench page fmt

# Every build of `make test` asks for the same features in the same profile, so dependencies are compiled once
# for the tests and checked once for clippy; without them only diesel, object_store and this package are checked again.
FEATURES := --locked --features postgres,s3
STAGE := @tests/stage

# Everything, from a machine that has only Rust. Ends with "N passed, N failed", or stops at the first stage that
# fails and names it. What the stages cost is printed at the end and kept in target/test-report/costs.
# In processor time on two cores, from an empty target folder: clippy 410 s (dependencies checked, SQLite compiled), build
# 450 s (dependencies compiled), cargo-test 420 s, fuzz 175 s, clippy-plain 80 s, rustdoc 65 s; the browser's stories take four
# minutes by the clock.
test:
	$(STAGE) begin
	$(STAGE) setup tests/setup
	$(STAGE) fmt cargo fmt --check
	$(STAGE) clippy cargo clippy --all-targets $(FEATURES) -- -D warnings
	$(STAGE) clippy-plain cargo clippy --all-targets --locked -- -D warnings
	$(STAGE) build cargo test --no-run $(FEATURES)
	$(STAGE) cargo-test tests/with-postgres cargo test --no-fail-fast $(FEATURES)
	$(STAGE) fuzz tests/fuzz/run brief
	$(STAGE) rustdoc env RUSTDOCFLAGS='-D warnings' cargo doc --no-deps $(FEATURES)
	$(STAGE) browser-types tests/browser/run types
	$(STAGE) browser-unit tests/browser/run unit
	$(STAGE) browser-stories tests/browser/run stories
	$(STAGE) end

# What to run before each commit: no database, no browser.
check:
	cargo fmt --check
	cargo clippy --all-targets $(FEATURES) -- -D warnings
	cargo test $(FEATURES) --lib --test tidy

# A filled house on 127.0.0.1.
demo:
	cargo run --locked -- demo

setup:
	tests/setup

browser: setup
	tests/browser/run types unit stories

bench:
	tests/with-postgres cargo bench $(FEATURES)

# The law for the page 核验, as WebAssembly; after a change of src/base or src/law.
page:
	src/verify/page/build

fmt:
	cargo fmt

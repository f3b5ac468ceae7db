# `make run` and `make test` set up what they need; file targets keep the second call short. `make help` lists the rest.
SHELL = /bin/sh
.DEFAULT_GOAL = help
.DELETE_ON_ERROR:
.NOTPARALLEL:

# `quick` is optimised and links fast: what people run. Tests of core use cargo's `dev`.
PROFILE = quick
CARGO = cargo
PYTHON = .venv/bin/python
BIN = .venv/bin
STAMPS = target/stamps
OUT = out

CORE := Cargo.toml Cargo.lock $(shell find core -type f -not -path '*/target/*')
PYTHON_RUST := bindings-python/Cargo.toml $(shell find bindings-python/src -type f)
NODE_RUST := bindings-node/Cargo.toml bindings-node/build.rs bindings-node/types.d.ts .ci/dts.mjs $(shell find bindings-node/src -type f)

.PHONY: help
help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

.PHONY: run
run: $(STAMPS)/tools ## the main job on the sample client, or on INPUT=path [FORMAT=netbox]; results under out/
	$(CARGO) run --quiet --locked --example main_job -- $(if $(FORMAT),--format $(FORMAT)) $(INPUT)

.PHONY: test
test: ## sets everything up and passes every test
	@rm -rf target/not-run
	@$(MAKE) --no-print-directory check test-rust test-bindings test-oscal test-page
	@.ci/not-run target/not-run

.PHONY: bindings
bindings: $(STAMPS)/python $(STAMPS)/node ## builds both bindings in place

.PHONY: check
check: $(STAMPS)/tools ## format, lints, documentation, proportions
	$(CARGO) fmt --all --check
	$(CARGO) clippy --quiet --locked --workspace --all-targets -- -D warnings
	$(CARGO) clippy --quiet --locked -p vcto --lib --no-default-features -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --quiet --locked --no-deps -p vcto --all-features
	python3 .ci/readme.py
	python3 .ci/licences.py
	python3 .ci/proportions.py

.PHONY: test-rust
test-rust: $(STAMPS)/oracles ## core: unit, integration and documentation tests
	@rm -f $(or $(CARGO_TARGET_DIR),target)/inference.txt
	RUSTDOC=$(CURDIR)/.ci/rustdoc $(CARGO) test --locked
	@cat $(or $(CARGO_TARGET_DIR),target)/inference.txt

.PHONY: test-bindings
test-bindings: test-python test-node test-same

.PHONY: test-python
test-python: $(STAMPS)/python
	diff -u bindings-python/python/vcto/_vcto.pyi target/generated/vcto/_vcto.pyi || { echo 'the stub differs: make stubs'; exit 1; }
	$(BIN)/pytest -q bindings-python
	cd bindings-python && ../$(BIN)/stubtest vcto --allowlist tests/stubtest-allow.txt
	cd bindings-python && ../$(BIN)/mypy --strict --no-error-summary python/vcto tests/typing_check.py

.PHONY: test-node
test-node: $(STAMPS)/node $(STAMPS)/python
	diff -u bindings-node/index.d.ts target/generated/index.d.ts || { echo 'the types differ: make stubs'; exit 1; }
	cd bindings-node && node --test tests/
	cd bindings-node && npx --no-install tsc --project tests

.PHONY: test-same
test-same: bindings ## the programs of README print the same bytes in each language
	@mkdir -p target/quickstart
	$(CARGO) run --quiet --locked --profile $(PROFILE) --example quickstart > target/quickstart/rust
	$(PYTHON) examples/quickstart.py > target/quickstart/python
	node examples/quickstart.mjs > target/quickstart/node
	cmp target/quickstart/rust target/quickstart/python
	cmp target/quickstart/rust target/quickstart/node
	$(PYTHON) examples/afternoon.py > target/quickstart/afternoon-python
	node examples/afternoon.mjs > target/quickstart/afternoon-node
	cmp target/quickstart/afternoon-python target/quickstart/afternoon-node

.PHONY: test-oscal
test-oscal: $(STAMPS)/oscal ## the main job, its proof with stock tools, its documents with other validators
	@rm -rf target/main-job
	$(CARGO) run --quiet --locked --profile $(PROFILE) --example main_job -- --out target/main-job > target/main-job.txt
	sh target/main-job/proof/verify.sh
	.ci/oscal .venv-oscal/bin target/main-job/proof
	@echo 'an answer' >> target/main-job/questions.csv
	! $(CARGO) run --quiet --locked --profile $(PROFILE) --example main_job -- --out target/main-job 2> target/main-job-refused.txt
	grep 'not as an earlier run left it' target/main-job-refused.txt

.PHONY: test-page
test-page: $(STAMPS)/page $(STAMPS)/node ## the page for the client in a real browser, for the sample and for hostile names; a passkey
	@rm -rf target/page
	$(CARGO) run --quiet --locked --profile $(PROFILE) --example main_job -- --out target/page/sample > target/page-sample.txt
	$(CARGO) run --quiet --locked --profile $(PROFILE) --example main_job -- --out target/page/hostile --as-of 2026-11-22 --prices examples/data/halden-pryce/prices.csv tests/data/hostile.json > target/page-hostile.txt
	node tests/page/look.mjs target/page/sample
	node tests/page/look.mjs target/page/hostile
	node tests/page/passkey.mjs target/page/passkey

.PHONY: pictures
pictures: $(STAMPS)/page run ## the main job, and its page as pictures in out/pictures: light, dark, at 320 pixels, printed
	node tests/page/look.mjs $(OUT)

.PHONY: stubs
stubs: bindings ## takes over the generated types of the bindings
	cp target/generated/vcto/_vcto.pyi bindings-python/python/vcto/_vcto.pyi
	cp target/generated/index.d.ts bindings-node/index.d.ts

.PHONY: bench
bench: ## prints our numbers
	$(CARGO) bench --locked

.PHONY: bench-peers
bench-peers: $(STAMPS)/peers ## the same work by rustworkx, NetworKit, igraph, networkx and petgraph (docs/benchmarks.md)
	.venv-peers/bin/python benches/peers/run.py

.PHONY: soak
soak: $(STAMPS)/tools ## long fault loops and fuzzing: SECONDS_EACH=30 for each parser
	$(CARGO) test --locked --profile $(PROFILE) --lib --test it -- --ignored soak_
	fuzz/run.sh $(or $(SECONDS_EACH),30)

.PHONY: clean
clean: ## removes everything that was built
	rm -rf target fuzz/target .venv .venv-oscal .venv-peers out bindings-node/node_modules tests/page/node_modules bindings-node/vcto.node
	find bindings-python -name '*.so' -delete -o -name __pycache__ -prune -exec rm -rf {} +

$(STAMPS)/tools: .ci/need .ci/postgres
	@.ci/need cargo cargo
	@.ci/need cc build-essential
	@.ci/need ssh-keygen openssh-client
	@.ci/need openssl openssl
	@.ci/need b3sum b3sum
	@.ci/need pg_ctlcluster postgresql || echo "without PostgreSQL some tests are not run" >&2
	@mkdir -p $(@D) && touch $@

$(STAMPS)/oracles: $(STAMPS)/tools
	@.ci/need go golang-go
	@.ci/need strace strace
	@.ci/need /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog golang-golang-x-mod-dev
	@mkdir -p $(@D) && touch $@

$(STAMPS)/venv: bindings-python/requirements.txt .ci/venv $(STAMPS)/tools
	@.ci/venv .venv
	$(BIN)/pip --quiet --disable-pip-version-check install --require-hashes -r bindings-python/requirements.txt
	@touch $@

$(STAMPS)/oscal: tests/oscal/requirements.txt .ci/venv $(STAMPS)/tools
	@.ci/venv .venv-oscal
	.venv-oscal/bin/pip --quiet --disable-pip-version-check install --require-hashes -r tests/oscal/requirements.txt
	@touch $@

$(STAMPS)/peers: benches/peers/requirements.txt .ci/venv .ci/need
	@.ci/need cargo cargo
	@.ci/need cc build-essential
	@.ci/venv .venv-peers
	@.venv-peers/bin/pip --quiet --disable-pip-version-check install --only-binary :all: --require-hashes -r benches/peers/requirements.txt \
	|| { echo 'the libraries to compare with could not be installed: pip needs its registry, or the files in a folder that PIP_FIND_LINKS names'; exit 1; }
	@mkdir -p $(@D) && touch $@

$(STAMPS)/node-modules: bindings-node/package.json bindings-node/package-lock.json $(STAMPS)/tools
	@.ci/need node nodejs
	@.ci/need npm npm
	cd bindings-node && npm ci --silent
	@touch $@

$(STAMPS)/page: tests/page/package.json tests/page/package-lock.json $(STAMPS)/tools
	@.ci/need node nodejs
	@.ci/need npm npm
	@.ci/need chromium chromium
	cd tests/page && npm ci --silent
	@touch $@

$(STAMPS)/python: $(CORE) $(PYTHON_RUST) bindings-python/pyproject.toml $(STAMPS)/venv
	cd bindings-python && . ../.venv/bin/activate && maturin develop --quiet --locked --profile $(PROFILE)
	@mkdir -p target/generated
	cd bindings-python && . ../.venv/bin/activate && maturin generate-stubs --quiet --locked --profile $(PROFILE) -o ../target/generated
	@touch $@

$(STAMPS)/node: $(CORE) $(NODE_RUST) $(STAMPS)/node-modules
	@mkdir -p target/generated
	cd bindings-node && npx --no-install napi build --profile $(PROFILE) --dts ../target/generated/index.d.ts -- --locked
	@node .ci/dts.mjs target/generated/index.d.ts
	@touch $@

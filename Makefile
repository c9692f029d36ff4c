# make demo and make test need python3 (3.11 or newer, with its venv module) and make; the rest they install into .venv.
PYTHON ?= python3
VENV ?= .venv
# The competitors' own: they need not agree with our pins.
BENCH ?= .venv-bench
# A comment server that the campaigns talk to; it is built from its source, which needs a C compiler and Python's headers.
ISSO ?= .venv-isso
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check install --quiet
ARGS ?=
# What the tests start is compiled once and not anew in each process.
export PYTHONDONTWRITEBYTECODE :=
# How many tests run at a time: one more than there are cores to count on, as a third of their time is waiting.
WORKERS ?= 3

.PHONY: demo test lint prove bench requirements clean

demo: $(VENV)/.runtime
	@$(BIN)/steppewire demo $(ARGS)

test: $(VENV)/.dev
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/mypy

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Steppewire needs Python 3.11 or newer; name one with: make PYTHON=python3.12 demo' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
	  { echo 'Python lacks its venv module; on Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	@echo 'Making $(VENV) …'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt pyproject.toml | $(BIN)/python
	@echo 'Installing what Steppewire needs …'
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@echo 'Installing what its tests need …'
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

# The long campaigns; PART=kills runs one of them.
prove: $(VENV)/.dev $(if $(filter-out isso,$(PART)),,$(ISSO)/.isso)
	@PYTHONPATH=.:tests PROVE_ISSO=$(ISSO) $(BIN)/python -m prove $(PART) $(ARGS)

$(ISSO)/.isso: requirements-prove.txt | $(BIN)/python
	@echo 'Building the comment server that the campaigns talk to …'
	@$(BIN)/python -m venv $(ISSO)
	@$(ISSO)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements-prove.txt
	@touch $@

# The same work done by us and by others, by turns; PART=repoll measures one part.
bench: $(VENV)/.dev $(BENCH)/.bench
	@PYTHONPATH=.:tests $(BIN)/python -m bench $(PART) $(ARGS)

$(BENCH)/.bench: requirements-bench.txt | $(BIN)/python
	@echo 'Installing what Steppewire is compared with …'
	@$(BIN)/python -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements-bench.txt
	@touch $@

# The pins, for every Python version in one file; needs uv.
requirements:
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  --output-file requirements.txt pyproject.toml requirements.in
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  --constraint requirements.txt --extra dev --output-file requirements-dev.txt pyproject.toml requirements.in
	$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["bench"], sep="\n")' | \
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  --output-file requirements-bench.txt -
	$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["prove"], sep="\n")' | \
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  --output-file requirements-prove.txt -

clean:
	rm -rf $(VENV) $(BENCH) $(ISSO) build dist *.egg-info demo-data .pytest_cache .mypy_cache .ruff_cache

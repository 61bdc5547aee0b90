# `make grade` and `make test` each build what they need; a second time they are quick.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
FLAGS  ?=

.PHONY: grade test test-all rehearse lint format torch bench clean

grade: $(VENV)/.installed $(VENV)/.torch ## mark submissions_example/ into results/
	@$(BIN)/grader grade submissions_example --out results $(FLAGS)

test: $(VENV)/.installed-dev ## all tests but the slow ones
	@$(BIN)/pytest -n 2 -m "not slow" $(FLAGS)

test-all: $(VENV)/.installed-dev ## the slow ones too
	@$(BIN)/pytest -n 2 $(FLAGS)

rehearse: $(VENV)/.installed-dev ## autograder.zip as on Gradescope; as root, takes debootstrap
	@$(BIN)/python tests/rehearsal/rehearse.py $(FLAGS)

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --strict

format: $(VENV)/.installed-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

torch: $(VENV)/.installed ## so that submissions that use torch can be marked, at any size
	@$(PIP) install --editable '.[torch]'
	@touch $(VENV)/.torch

# torch comes along where pip would take a CPU build; with CUDA it is gigabytes and left to you.
$(VENV)/.torch: $(VENV)/.installed
	@echo "Looking whether torch can be had without CUDA ..."
	@if $(PIP) install --dry-run --report - '.[torch]' 2>/dev/null > $(VENV)/torch.json \
	    && ! grep -qE '"name": "(nvidia|triton)' $(VENV)/torch.json; \
	then $(PIP) install --editable '.[torch]'; \
	else echo "torch is left out; 'make torch' installs it."; fi
	@touch $@

bench: $(VENV)/.installed ## what marking costs, next to other graders; takes some minutes
	@$(BIN)/python benchmarks/start.py
	@$(BIN)/python benchmarks/bench.py $(FLAGS)

clean:
	rm -rf $(VENV) results build dist

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "The grader needs Python 3.10 or newer; this is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the grader into $(VENV) ..."
	@$(PIP) install --editable '.[scipy,report]'
	@touch $@

$(VENV)/.installed-dev: pyproject.toml $(VENV)/.installed
	@echo "Installing what the tests need into $(VENV) ..."
	@$(PIP) install --editable '.[dev,torch]'
	@touch $@

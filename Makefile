# Two commands for a new user: `make demo` and `make test`. Each does all of its own set-up with Python >= 3.11 and make.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
# What the test environment holds; CI adds every engine: EXTRAS=ci.
EXTRAS ?= test
# How long each target of `make fuzz` runs, and how many mutants `make mutants` tries.
SECONDS ?= 600
SAMPLE  ?= 250
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test slow check bench format fast docs clean lock shape fuzz compat mutants laws dist

demo: $(VENV)/.demo
	$(BIN)/python examples/demo.py

# Every test that takes a moment, on all processors.
test: $(VENV)/.test
	$(BIN)/python -m pytest -n auto -m "not slow"

# The others: whole engines, browsers, notebooks, the site, laws on many examples.
slow: $(VENV)/.test
	$(BIN)/python -m pytest -n auto -m slow

fast: $(VENV)/.test
	$(BIN)/python -m pytest -n auto -q -m "not slow and not real"

check: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports
	$(MAKE) test
	$(MAKE) slow
	$(MAKE) docs

# The site, in out/docs, and the Chinese one in out/docs/zh; a warning is an error, and so is a public name that is on no page.
docs: $(VENV)/.docs
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs out/docs
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs/zh out/docs/zh

bench: $(VENV)/.test
	$(BIN)/python benchmarks/run.py

# The ways in under damaged inputs: ten minutes each, or `make fuzz SECONDS=10`.
fuzz: $(VENV)/.test
	$(BIN)/python scripts/fuzz.py --seconds $(SECONDS)

# The fast tests on every Python that is here, with the oldest and the newest dependencies.
compat: $(VENV)/.test
	$(PIP) uv
	$(BIN)/python scripts/compat.py

# A random sample of small faults in the source: how many do the tests find?
mutants: $(VENV)/.test
	$(PIP) cosmic-ray
	$(BIN)/python scripts/mutants.py --sample $(SAMPLE)

# The laws on a thousand examples each.
laws: $(VENV)/.test
	$(BIN)/python -m pytest -q tests/laws tests/allocation tests/scheduling --hypothesis-profile=nightly

# The wheel and the source distribution, built twice and compared.
dist: $(VENV)/.test
	$(PIP) uv
	$(BIN)/python scripts/dist.py

# How large the source is, and how its files hang together.
shape: $(VENV)/.test
	$(BIN)/python scripts/shape.py

format: $(VENV)/.test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The versions that were tested: written anew by hand with `make lock`, never by a build.
lock: $(VENV)/.test
	$(BIN)/python -m pip freeze --exclude-editable > constraints.txt

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("coverage_campaign needs Python 3.11 or newer, this is " + sys.version) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(BIN)/python pyproject.toml constraints.txt
	@echo "Setting up the environment in $(VENV) (about a minute, once) ..."
	$(PIP) -e ".[docx,excel]"
	@touch $@

$(VENV)/.test: $(BIN)/python pyproject.toml constraints.txt
	@echo "Setting up the test environment in $(VENV) (a few minutes, once) ..."
	$(PIP) -e ".[$(EXTRAS)]"
	@touch $@ $(VENV)/.demo

$(VENV)/.docs: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) -e ".[docs,testing]"
	@touch $@

clean:
	rm -rf $(VENV) out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

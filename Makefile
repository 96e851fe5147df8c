# Everything below sets itself up: Python 3.11 or newer and make are all that is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH_VENV := .venv-bench
STAMP := $(VENV)/.installed
EXTRAS ?= test,docs

.PHONY: help demo test test-long soak check coverage fuzz mutate bench docs figures hardware clean

help:
	@echo "make demo       a simulated session, as a page in build/demo"
	@echo "make test       the tests that fit in minutes"
	@echo "make test-long  the long counts too"
	@echo "make soak       100 hours of simulated wearing, with syncs; takes some two hours"
	@echo "make check      formatting, lint, types, import rules"
	@echo "make coverage   which lines and branches of host and device the tests of make test run"
	@echo "make fuzz       FUZZ_S seconds (1800) of hostile input for each of what reads from outside"
	@echo "make mutate     which changes of core and store their tests notice; takes hours. SAMPLE=1000 of them; ONLY=core/cue"
	@echo "make bench      benchmarks beside what others do; one of them: make bench PART=detection"
	@echo "make docs       the documentation, into build/docs"
	@echo "make figures    the pictures in docs/images, from the code"
	@echo "make hardware   schematics, harness, drawings, power budget, electrical rule check"

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is older or missing. Try: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "The venv module is missing. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$(EXTRAS)]'
	@touch $@

demo: $(STAMP)
	$(BIN)/buzzband demo --out build/demo

test: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not long"

test-long: $(STAMP)
	BUZZBAND_CHIP_BUDGET_S=500 $(BIN)/python -m pytest -n 2 --dist worksteal

soak: $(STAMP)
	BUZZBAND_SOAK_H=$${BUZZBAND_SOAK_H:-100} $(BIN)/python -m pytest -n 2 --dist worksteal -rP tests/journal/test_soak.py

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python device/tools/design_filters.py | cmp - device/buzzband_fw/core/coefficients.py

coverage: $(STAMP)
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -n 2 --dist worksteal -m "not long"
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

FUZZ_S ?= 1800
FUZZ_TARGETS ?= band_log host_link band_link uf2_file settings edf csv_input

fuzz: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	for target in $(FUZZ_TARGETS); do \
	  PYTHONPATH=tests $(BIN)/python -m fuzz $$target -max_total_time=$(FUZZ_S) || exit 1; done

# What make mutate is told: SAMPLE=1000 judges so many, SEED=2 draws others, AT_ONCE=1 leaves the other cores alone.
mutate: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[mutate]'
	PYTHONPATH=tests $(BIN)/python -m mutation \
	  $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) $(if $(AT_ONCE),--at-once $(AT_ONCE)) $(ONLY)

$(BENCH_VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@

bench: $(BENCH_VENV)/.installed
	PYTHONPATH=tests $(BENCH_VENV)/bin/python tests/bench $(PART)

docs: $(STAMP)
	$(BIN)/python -m sphinx --fail-on-warning --quiet -c docs . build/docs
	@echo "Open build/docs/index.html"

figures: $(STAMP)
	PYTHONPATH=hardware/tools $(BIN)/python docs/figures/pictures.py

hardware: $(STAMP)
	@command -v dot >/dev/null || { echo "graphviz is missing. On Debian and Ubuntu: sudo apt install graphviz"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[hardware]'
	$(BIN)/python hardware/tools/generate.py

clean:
	rm -rf build .venv .venv-bench .pytest_cache .mypy_cache .ruff_cache .hypothesis

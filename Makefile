# `make run` and `make test` are all a fresh machine needs: Python 3.11 or newer with venv, and make.
# Everything is installed into .venv here; nothing outside this folder is touched.

PYTHON ?= python3
EXTRAS := app,diagnose,plan,omics
PY := .venv/bin/python
PIP := PIP_CONSTRAINT=constraints.txt $(PY) -m pip -qq --disable-pip-version-check install

# The stamps in .venv carry this key, so a changed pin, a changed dependency or a moved folder
# sets up again and anything else does not.
KEY := $(shell (pwd; cat pyproject.toml constraints.txt) | cksum | cut -d' ' -f1)
READY := .venv/ready-$(KEY)
KERNELS := .venv/kernels
# two test files at a time
SIDE_BY_SIDE := -n 2 --dist loadfile

GROUP = import sys, tomllib; \
  print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"][sys.argv[1]], sep="\n")

.DEFAULT_GOAL := help
.PHONY: help run serve browser test test-slow study-cell study-therapies study-null lint docs dist clean
.NOTPARALLEL:

help:
	@echo "make run        set up, then simulate the shipped example and say where the report is"
	@echo "make serve      set up, then open the laboratory on http://127.0.0.1:8080"
	@echo "make test       set up, then the fast tests"
	@echo "make test-slow  set up, then the long tests"
	@echo "make browser    install Chromium for the tests that need a browser (as root, with apt)"
	@echo "make study-cell weigh the cell networks against the experiments anew (half an hour)"
	@echo "make study-therapies  run the published therapies anew (five minutes)"
	@echo "make study-null how often shuffled labels look better than chance (two minutes)"
	@echo "make lint       set up, then style, types and the arrows between the rooms"
	@echo "make dist       set up, then the wheel and the source archive, into dist/"
	@echo "make docs       set up, then build the manual into site/ (open site/index.html)"
	@echo "make clean      remove .venv and caches; results in runs/ stay"

run: $(READY) $(KERNELS)
	@.venv/bin/evdisc warm-up
	@.venv/bin/evdisc run examples/rat-tail-mir-21.yaml --members 20 --jobs 2

serve: $(READY) $(KERNELS)
	@.venv/bin/evdisc serve

# the one target that asks a system package manager, and only where nothing is there yet
browser:
	@if command -v chromium chromium-browser google-chrome >/dev/null || [ -n "$$CHROMIUM" ]; then \
	  echo "a browser is there"; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium; \
	else \
	  echo "install Chromium, or name a browser in CHROMIUM; without one its tests skip" >&2; \
	fi

test: $(READY)-test $(KERNELS)
	@$(PY) -m pytest -q $(SIDE_BY_SIDE)

test-slow: $(READY)-test $(READY)-docs $(KERNELS)
	@$(PY) -m pytest -q -m slow $(SIDE_BY_SIDE)

# computed where it stopped last time; work/ may be removed afterwards
study-cell: $(READY) $(KERNELS)
	@.venv/bin/evdisc validate --refit work/study-cell --jobs 2

study-therapies: $(READY) $(KERNELS)
	@.venv/bin/evdisc validate --therapies --jobs 2

# a simulated cohort with its grades shuffled a hundred times: 95 % intervals hold one half
study-null: $(READY)
	@mkdir -p work && rm -f work/null-cohort.csv
	@.venv/bin/evdisc diagnose --simulate 60 --grades 1,2,3,4 --seed 1 --out work/null-cohort.csv
	@.venv/bin/evdisc diagnose work/null-cohort.csv --outcome pfirrmann --positive '>=3' \
	  --models penalised --repeats 1 --null-study 100

lint: $(READY)-lint
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(PY) -c "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"

dist: $(READY)-test
	@$(PY) -m build --no-isolation --outdir dist .

docs: $(READY)-docs $(KERNELS)
	@NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict
	@echo "the manual: site/index.html"

$(READY):
	@echo "Setting up .venv (once, a few minutes) ..." >&2
	@test -x .venv/bin/pip || $(PYTHON) -m venv .venv
	@rm -f .venv/ready-*
	@$(PIP) -e ".[$(EXTRAS)]"
	@touch $@

$(READY)-test $(READY)-lint $(READY)-docs: $(READY)-%: $(READY)
	@$(PY) -c '$(GROUP)' $* > .venv/group-$*.txt
	@$(PIP) -r .venv/group-$*.txt
	@touch $@

# numba's cache looks at the file of a kernel but not at the kernels it calls in other files
$(KERNELS): $(shell find src -name '*.py') | $(READY)
	@find src -name '*.nb[ic]' -delete
	@touch $@

clean:
	@rm -rf .venv build dist site .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

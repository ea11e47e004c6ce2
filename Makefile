# Two commands that do all their own set-up on a fresh machine with Python 3.11+: `make demo`, `make test`.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-all browser lint words docs speed samples clean

demo: .venv/installed
	$(BIN)/packshot demo --photos examples/photos --out out/demo

test: .venv/installed-dev lint
	$(BIN)/pytest -n 2 --dist worksteal -m "not slow"

test-all: browser test          ## and what starts whole servers: a browser, a Ray cluster, PostgreSQL
	$(BIN)/pytest -n 2 --dist worksteal -m slow

browser:
	@command -v chromium || command -v chromium-browser || command -v google-chrome || \
	  { echo "make test-all opens the pages in a real Chromium, and there is none here."; \
	    echo "Get it: apt-get install chromium (Debian, Ubuntu) · brew install --cask chromium (macOS)"; exit 1; }

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/words.py --check
	$(BIN)/python scripts/reference.py --check

words: .venv/installed-dev      ## gather all sentences into the catalogues
	$(BIN)/python scripts/words.py

docs: .venv/installed-dev       ## write the references that are made from code
	$(BIN)/python scripts/reference.py

speed: .venv/installed-dev
	$(BIN)/python benchmarks/speed.py

.venv/bin/python:
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'packshot needs Python 3.11 or newer')"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip

.venv/installed: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet -e .
	touch $@

# PyTorch first and by its number: a wheel of its CPU build is taken where one lies ready.
.venv/installed-dev: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet -e ".[dev,train]"
	touch $@ .venv/installed

clean:
	rm -rf .venv out build dist

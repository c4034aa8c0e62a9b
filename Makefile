# make run [LIBRARY=folder] [PORT=8000]   search a folder of pictures (without one, a sample is drawn)
# make stack [LIBRARY=folder]             many processes, a Qdrant server, nginx: needs Docker
# make test | lint | bench                the tests, the checks, the measurements (SCALE=1000000: of so many)
# make test-stack                         the image and the whole stack, driven in Docker
# make lock                               which versions the image is built from
# make venv                               the runtime environment, and nothing else

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAMPLE := data/sample
LIBRARY ?= $(SAMPLE)
PORT ?= 8000
TOOLS := webui/node_modules/.package-lock.json

.DEFAULT_GOAL := help
.PHONY: help run venv stack secrets test test-stack lint bench lock

help:
	@sed -n 's/^# make/make/p' Makefile

run: venv $(if $(filter $(SAMPLE),$(LIBRARY)),$(SAMPLE)/.drawn)
	@exec $(BIN)/python -m service --library "$(LIBRARY)" --port $(PORT)

venv: $(VENV)/.runtime

stack: secrets .env $(if $(filter $(SAMPLE),$(LIBRARY)),$(SAMPLE)/.drawn)
	docker compose up --build --wait

# Other users of this machine cannot enter the folder, and in a container its user can read the files.
secrets: secrets/qdrant.key secrets/write.key

secrets/%.key:
	@mkdir -p -m 700 secrets
	@$(PYTHON) -c 'import secrets; print(secrets.token_urlsafe())' >$@
	@chmod 644 $@

.env:
	@sed "s|^LIBRARY=.*|LIBRARY=$(abspath $(LIBRARY))|; s/^USER_ID=.*/USER_ID=$$(id -u)/; s/^GROUP_ID=.*/GROUP_ID=$$(id -g)/" \
		.env.example >$@

test-stack: $(VENV)/.test
	$(BIN)/python -m pytest -m stack tests/stack

# For every platform and Python that we run on; with hashes, so that nothing else can be installed.
lock: venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile pyproject.toml --extra server --extra redis --extra s3 --universal --python-version 3.11 \
		--generate-hashes --no-header --quiet --output-file deploy/requirements.lock

test: $(VENV)/.test $(TOOLS)
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(TESTS)

lint: $(VENV)/.test $(TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@if test -e $(TOOLS); then cd webui && node_modules/.bin/eslint --max-warnings 0 .; fi

bench: $(VENV)/.bench
	$(BIN)/python -m tests.bench $(if $(SCALE),--scale $(SCALE))
	@$(BIN)/python -m tests.browser.figures

# Drawn once: a sample picture that somebody removes stays removed.
$(SAMPLE)/.drawn: | venv
	@echo "Drawing a sample library (LIBRARY=folder takes your own pictures) ..."
	@$(BIN)/python -m indexer sample $(SAMPLE)
	@touch $@

# Installing the project itself brings its dependencies and no code: see pyproject.toml.
$(VENV)/.runtime: pyproject.toml
	@echo "Making $(VENV) with what Lookalike needs to run ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check .
	@rm -rf build lookalike.egg-info
	@touch $@

$(VENV)/.test: $(VENV)/.runtime
	@echo "Installing what the tests need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check ".[test]"
	@rm -rf build lookalike.egg-info
	@touch $@

$(VENV)/.bench: $(VENV)/.test
	@echo "Installing what the comparison with the old demo needs ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check ".[train]"
	@rm -rf build lookalike.egg-info
	@touch $@

# What checks the page; nothing of it is served. Without npm the check is left out.
$(TOOLS): webui/package-lock.json
	@if command -v npm >/dev/null; then npm ci --prefix webui --ignore-scripts --no-audit --no-fund --silent && touch $@; \
	else echo "The page's JavaScript is not linted and its access not tested: needs npm (apt-get install npm)"; fi

# Two commands: `make demo` shows qrcert at work, `make test` proves it. Both set up what they need.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: demo test check lock bench clean

demo: $(READY)
	@$(BIN)/qrcert demo demo

test: $(READY)
	@sh .ci/system-libraries $(BIN)/python tests
	@$(BIN)/python -m pytest -q -n 2 $(PYTEST)

check: $(READY)            ## everything that CI asks for
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(MAKE) -s test PYTEST="--cov --cov-report=term:skip-covered"

bench: $(READY)            ## the figures of the README and the notes, as ratios in one run
	@for name in size startup verify mutations trust scan video batch register issue; do $(BIN)/python bench/$$name.py; done

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "qrcert needs Python 3.11 or newer; name one: make demo PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setting up $(VENV), once ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@sh .ci/system-libraries $(BIN)/python
	@touch $(READY)

lock:                      ## after a change of dependencies in pyproject.toml
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --all-extras \
	    --group dev -q -o requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) demo build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

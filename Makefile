# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
unexport PYTHONDONTWRITEBYTECODE
# Whom the system trusts, as pip does: behind a company's proxy nothing needs to be set.
export UV_SYSTEM_CERTS := 1

.PHONY: run test bench lint lock clean

run: $(VENV)/.runtime
	@exec $(BIN)/python -m jambot.cli run

test: $(VENV)/.test
	@$(BIN)/python -m tests.run

bench: $(VENV)/.bench
	@$(BIN)/python -m tests.benchmarks

lint: $(VENV)/.test
	@$(BIN)/python -m tests.run --static-only

# The virtual environment, from locks with hashes.
$(VENV)/.runtime: requirements.lock | $(VENV)/bin/uv
	@echo "Installing what JamBot needs ..."
	@$(BIN)/uv pip install --quiet --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.test: requirements-test.lock | $(VENV)/bin/uv
	@echo "Installing what the tests need ..."
	@$(BIN)/uv pip install --quiet --require-hashes -r requirements-test.lock
	@touch $@ $(VENV)/.runtime

# Other libraries to measure beside, added to what is there: a later `make test` does not need them and leaves them.
$(VENV)/.bench: requirements-bench.lock $(VENV)/.test | $(VENV)/bin/uv
	@echo "Installing what the benchmarks compare with ..."
	@$(BIN)/uv pip install --quiet --require-hashes -r requirements-bench.lock
	@touch $@

$(VENV)/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit("JamBot needs Python 3.11 or newer.") if sys.version_info < (3, 11) else None'
	@echo "Making a virtual environment ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

# Renew the locks after a change of pyproject.toml.
lock: $(VENV)/bin/uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra test pyproject.toml -o requirements-test.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra test --extra bench pyproject.toml --constraints requirements-test.lock -o requirements-bench.lock

clean:
	@rm -rf $(VENV) .web .states build dist .pytest_cache .ruff_cache

# Every target builds what it needs and is safe to repeat.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
RUN    := $(VENV)/.installed
DEV    := $(VENV)/.installed-dev

.PHONY: run demo test test-services public-clients check bench schema clean

run: $(RUN)        ## serve on http://127.0.0.1:8000; the first start does the main job
	@exec $(BIN)/python manage.py run

demo: $(RUN)       ## the main job once in a throw-away folder; the exit code tells
	@$(BIN)/python -m config.demo

test: $(DEV)       ## the default suite
	@$(BIN)/python -m pytest -n auto --dist worksteal

test-services: $(DEV)  ## the suite on PostgreSQL, real workers on Redis and RabbitMQ, a real S3 server
	@$(BIN)/python scripts/test_services.py

public-clients: $(DEV) ## MiniMax clients of others into var/public-clients, where tests/clients looks for them
	@$(BIN)/python scripts/public_clients.py

check: $(DEV)      ## lint, format, types, import arrow, migrations, deployment checks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports
	@VOICELIB_DATA=var/check $(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python scripts/check_deploy.py

bench: $(DEV)      ## figures and ratios, also written to var/bench.json
	@$(BIN)/python -m benchmarks

schema: $(DEV)     ## write docs/openapi.yaml and docs/providers.md anew
	@VOICELIB_DATA=var/check $(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml
	@VOICELIB_DATA=var/check $(BIN)/python manage.py describe_providers

clean:
	rm -rf $(VENV) var staticfiles

$(VENV):
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed: make PYTHON=python3.11 run")'
	@$(PYTHON) -m venv $(VENV)

$(RUN): requirements.txt constraints.txt | $(VENV)
	@echo "Installing what requirements.txt names…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt requirements.txt constraints.txt | $(VENV)
	@echo "Installing what requirements-dev.txt names…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(RUN)

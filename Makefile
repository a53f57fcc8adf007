# Everything sets itself up: a virtual environment, pinned Python and Node packages, both frontends.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
WIDGET    := products/ai_chatbot/frontend
WORKBENCH := products/agent_workbench/frontend
# Each worker keeps about one core busy.
WORKERS   ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
PACKAGES  := $(shell find packages -name '*.ts' -o -name '*.tsx' -o -name '*.css' | grep -v node_modules)

.DEFAULT_GOAL := help
.PHONY: help run test lint format e2e chaos bench eval build migrate pins clean

help: ## Show this list
	@grep -E '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/ready build ## Set up and start the demo: shop on :8000, workbench on :8002
	@$(BIN)/baton serve --demo

test: $(VENV)/ready-dev build ## Run every test, those in a real browser too when Chromium is there
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile tests/unit tests/integration tests/spec tests/e2e
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/browser tests/chaos tests/bench
	npm test

lint: $(VENV)/ready-dev node_modules/ready ## ruff, mypy strict, import-linter, tsc, eslint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	npm run --silent typecheck
	npm run --silent lint

format: $(VENV)/ready-dev ## Format the Python code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

e2e: $(VENV)/ready-dev build ## Only the tests with real processes and a real browser
	$(BIN)/python -m pytest tests/e2e tests/browser

chaos: $(VENV)/ready-dev ## Break everything while people talk, and check that nothing was lost: SECONDS=600 SEED=7
	$(BIN)/python -m tests.chaos --seconds $(or $(SECONDS),90) $(if $(SEED),--seed $(SEED))

bench: $(VENV)/ready-dev ## Measure against the naive design, in the same run
	$(BIN)/python -m tests.bench

eval: $(VENV)/ready ## Play scripted conversations against the AI and report: ENGINE=openai SPLIT=tuning
	@$(BIN)/baton eval $(if $(ENGINE),--engine $(ENGINE)) $(if $(SPLIT),--split $(SPLIT))

build: $(WIDGET)/dist/index.html $(WORKBENCH)/dist/index.html ## Build both frontends

migrate: $(VENV)/ready ## Bring the database's tables up to date
	@$(BIN)/baton migrate

pins: $(VENV)/ready-dev ## Pin the newest Python packages that pyproject.toml allows
	$(BIN)/uv pip compile pyproject.toml --group build --universal --generate-hashes --no-header --no-annotate --upgrade -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml --group build --group dev --universal --generate-hashes --no-header --no-annotate -c requirements.txt -o requirements-dev.txt

clean: ## Remove all that was built or installed; data/ stays
	rm -rf $(VENV) node_modules build */*/frontend/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Baton needs Python 3.11 or later: make PYTHON=/path/to/python3.11 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/ready: $(VENV)/python requirements.txt pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

node_modules/ready: package.json package-lock.json packages/client/package.json packages/ui/package.json $(WIDGET)/package.json $(WORKBENCH)/package.json
	@command -v npm >/dev/null || { echo "Baton needs Node 20.19 or later, with npm."; exit 1; }
	npm ci --silent
	@touch $@

$(WIDGET)/dist/index.html: node_modules/ready $(PACKAGES) $(shell find $(WIDGET) -type f -not -path '*/dist/*' -not -path '*/node_modules/*')
	npm run --silent build --workspace @baton/widget

$(WORKBENCH)/dist/index.html: node_modules/ready $(PACKAGES) $(shell find $(WORKBENCH) -type f -not -path '*/dist/*' -not -path '*/node_modules/*')
	npm run --silent build --workspace @baton/workbench

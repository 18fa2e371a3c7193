# `make` lists what there is. Every target installs what it needs by itself; the second time that costs nothing.
STACK ?= dev
# Tests of whole stacks take minutes: a worker that is done takes over what another still has before it.
PYTEST_ARGS ?= --numprocesses auto --dist worksteal
UPGRADE ?=

PYTHON := .venv/bin/python
LOCK := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help up preview down regions test lint format docs trace mutations bench lock setup engine browser
unexport PYTHONDONTWRITEBYTECODE

help: ## Lists the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS='	' read -r target text; do printf '  make %-9s %s\n' "$$target" "$$text"; done

up: ## Creates or updates a stack in the rehearsal (STACK=dev)
	@./rehearse up --stack $(STACK) --yes --policy-pack policies

preview: ## Shows what `make up` would change (STACK=dev)
	@./rehearse preview --stack $(STACK) --policy-pack policies

down: ## Destroys a stack in the rehearsal (STACK=dev)
	@./rehearse destroy --stack $(STACK) --yes

regions: setup ## Reads a rehearsed stack back from its clouds and checks where everything is (STACK=dev)
	@./rehearse refresh --stack $(STACK) --yes --skip-preview >/dev/null
	@./rehearse stack export --stack $(STACK) | $(PYTHON) -m ops regions

test: engine browser ## Runs every test (PYTEST_ARGS=... to choose)
	@$(PYTHON) -m pytest $(PYTEST_ARGS)

lint: setup ## Checks format, code, types and generated files; changes nothing
	@$(PYTHON) -m ruff format --check --quiet --diff .
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m pyrefly check --summary=none
	@$(PYTHON) -m settings.schema --check
	@$(PYTHON) -m policies.schema --check
	@$(PYTHON) -m policies.reference --check
	@$(PYTHON) -m ops.runbooks --check

format: setup ## Formats the code and mends what can be mended
	@$(PYTHON) -m ruff check --quiet --fix-only .
	@$(PYTHON) -m ruff format --quiet .

docs: setup ## Generates the files that are generated: JSON schemas, the policy reference, runbooks with figures
	@$(PYTHON) -m settings.schema
	@$(PYTHON) -m tests.policies.taggable
	@$(PYTHON) -m policies.schema
	@$(PYTHON) -m policies.reference
	@$(PYTHON) -m ops.runbooks

lock: setup ## Locks what the program, the policy pack and the tools require (UPGRADE=--upgrade takes newer versions)
	@$(LOCK) --output-file requirements.txt requirements.in
	@$(LOCK) --output-file policies/requirements.txt --constraint requirements.txt policies/requirements.in
	@$(LOCK) --output-file tools/go-requirements.txt tools/go-requirements.in

trace: engine ## Rehearses PROD in a world of its own and writes docs/generated/: where every figure of a design went
	@REHEARSAL_HOME=.rehearsal/trace PULUMI_EXPERIMENTAL=true PULUMI_SKIP_CHECKPOINTS=true ./rehearse up --stack prod --yes --skip-preview >/dev/null
	@REHEARSAL_HOME=.rehearsal/trace ./rehearse stack export --stack prod --file .rehearsal/trace/prod.json
	@$(PYTHON) -m ops trace --state .rehearsal/trace/prod.json

mutations: setup ## Breaks whatever the policies protect in the stacks and writes docs/generated/: what is caught
	@$(PYTHON) -m tests.policies.mutation_report

bench: engine ## Measures the program beside its bare twin and writes docs/performance.md
	@$(PYTHON) -m bench

setup: ## Makes .venv match requirements.txt
	@tools/setup

browser: ## Installs Chromium for the tests that open a report, where it can be installed unasked
	@tools/browser

engine: setup ## Fetches the Pulumi engine into the cache when it is not there yet
	@$(PYTHON) -m rehearsal.engine

# The claims desk. `make` lists what there is; nothing here is done twice.

UV_VERSION := 0.13.9
ARGS ?=

bin := .venv/bin
stamps := .venv/.stamps
python := $(bin)/python

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

.PHONY: help
help: ## List the commands.
	@printf 'make …\n'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nARGS="…" is handed on to run, demo, test and bench.\n'

# --- use it -----------------------------------------------------------------------------------

.PHONY: run
run: $(stamps)/local ## Open a desk on var/ and show where to look (needs Python 3.11 only; Ctrl-C stops it).
	@exec $(bin)/claimsdesk up $(ARGS)

.PHONY: demo
demo: $(stamps)/local ## Send the sample contacts through a desk of its own and print what became of them.
	@exec $(bin)/claimsdesk demo $(ARGS)

.PHONY: demo-overdue
demo-overdue: $(stamps)/local ## Show a claim that nobody decides in time: to a supervisor by itself, who decides it.
	@CLAIMSDESK_PROGRAMMES_DIR=$(CURDIR)/deploy/demo/overdue/programmes \
	CLAIMSDESK_CALENDAR_FILE=$(CURDIR)/deploy/demo/always-open.yaml \
	exec $(bin)/claimsdesk demo --contacts deploy/demo/overdue $(ARGS)

.PHONY: clean
clean: ## Remove the desk's state in var/ (what was fetched is kept in var/cache).
	@python3 -m deploy.local.desk_lock var
	@! [ -d var ] || find var -mindepth 1 -maxdepth 1 ! -name cache -exec rm -rf {} +

# --- work on it -------------------------------------------------------------------------------

.PHONY: setup
setup: $(stamps)/dev $(stamps)/jars $(stamps)/node system-packages ## Install all that running, testing and checking need.

.PHONY: check
check: $(stamps)/dev ## Check style, types, import rules, and that generated files are current.
	@$(bin)/ruff check
	@$(bin)/ruff format --check
	@$(bin)/mypy
	@$(bin)/lint-imports --no-logo
	@$(python) -m shared.publishing --check

.PHONY: test
test: $(stamps)/dev $(stamps)/jars $(stamps)/node ## Run all tests on a real broker and both databases.
	@$(bin)/pytest -m "not soak and not containers" $(ARGS)

.PHONY: test-containers
test-containers: $(stamps)/dev $(stamps)/jars ## Run the integration tests on a broker in a container.
	@deploy/images/test-containers.sh $(ARGS)

.PHONY: soak
soak: $(stamps)/dev $(stamps)/jars ## Repeat the kill tests ten times.
	@$(bin)/pytest -m soak $(ARGS)

.PHONY: bench
bench: $(stamps)/dev $(stamps)/jars ## Measure claims per second and latency, beside a bare loop.
	@$(python) -m bench $(ARGS)

.PHONY: intent-model
intent-model: $(stamps)/dev ## Train anew what tells a client's intent (ARGS=--validate only measures).
	@$(python) -m bench.intent_training $(ARGS)

.PHONY: contract
contract: $(stamps)/dev ## Write the contract's schemas, examples and pages anew.
	@$(python) -m shared.publishing

.PHONY: release-contract
release-contract: $(stamps)/dev ## Release what changed in the contract (NOTE="what is new for readers").
	@$(python) -m shared.publishing --release "$${NOTE:-}"

.PHONY: format
format: $(stamps)/dev ## Format the code and mend what can be mended.
	@$(bin)/ruff check --fix
	@$(bin)/ruff format

.PHONY: jars-lock
jars-lock: $(stamps)/dev ## Lock the broker's and the mail server's jars anew.
	@$(python) -m deploy.local.lock

# --- how ---------------------------------------------------------------------------------------

$(bin)/uv:
	@deploy/local/make-venv.sh $(UV_VERSION)

# What the desk needs to run. Packages for developers stay if they are there.
$(stamps)/local: pyproject.toml uv.lock | $(bin)/uv
	@echo 'installing the Python packages that the desk needs …'
	@$(bin)/uv sync --locked --compile-bytecode --inexact --no-default-groups --group local
	@mkdir -p $(@D) && touch $@

$(stamps)/dev: pyproject.toml uv.lock | $(bin)/uv
	@echo 'installing the Python packages that the desk and its tests need …'
	@$(bin)/uv sync --locked --compile-bytecode
	@mkdir -p $(@D) && touch $(stamps)/local $@

$(stamps)/jars: deploy/local/jars.lock | $(stamps)/local
	@$(python) -m deploy.local.fetch
	@touch $@

# Node itself comes from the Python lock; its packages read the contract in the tests only.
$(stamps)/node: tests/contract/node/package-lock.json | $(stamps)/dev
	@echo 'installing the Node packages that the tests need …'
	@PATH=$(CURDIR)/$(bin):$$PATH npm ci --prefix $(<D) --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@

.PHONY: system-packages
system-packages:
	@deploy/local/system-packages.sh

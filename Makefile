# All commands for working on this collection; `make` alone lists them.
# A fresh clone and a Python 3.12 or later are enough: everything else is fetched into .venv and .cache.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?=
PLAN ?= gpu-128
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
ENV := $(VENV)/.complete
LINK := .cache/collections/ansible_collections/hedgehog/diet
PLAYBOOK := $(BIN)/ansible-playbook
USER_CACHE := $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/hedgehog.diet

# The tools of .venv, and no settings of the caller's Ansible.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.cache/collections
export ANSIBLE_LOCALHOST_WARNING := 0
export ANSIBLE_FORCE_COLOR := $(shell test -t 1 && echo 1 || echo 0)
# Ansible refuses to run in any other encoding.
export LC_ALL := C.UTF-8
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  PYTHON=/path/to/python   Python 3.12 or later to use; found by itself otherwise"
	@echo "  PLAN=gpu-small           plan that demo and plan take ($(PLAN))"
	@echo "  ARGS=...                 further arguments for ansible-playbook, soak or bench"

.PHONY: env
env: $(ENV) $(LINK) ## Make .venv with all tools, and the link that makes this checkout a collection

$(ENV): requirements.txt requirements-dev.txt
	@rm -rf $(VENV); \
	python="$$(roles/netbox_sandbox/files/find-python.sh "$(PYTHON)")"; \
	echo "Making $(VENV) with $$python (a minute)"; \
	"$$python" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-dev.txt
	@touch $@

$(LINK):
	@mkdir -p $(@D)
	@ln -sfn ../../../.. $@

.PHONY: sandbox
sandbox: env ## Start a throw-away NetBox on this machine (minutes the first time, then seconds)
	@$(PLAYBOOK) playbooks/sandbox.yml $(ARGS)

.PHONY: sandbox-test
sandbox-test: env ## Start the NetBox that the tests use, beside the other one
	@$(PLAYBOOK) playbooks/sandbox.yml -e netbox_sandbox_dir=$(CURDIR)/.sandbox-test -e netbox_sandbox_port=8471 \
	  -e netbox_sandbox_rqworker=false $(ARGS)

.PHONY: demo
demo: env ## Start the NetBox sandbox and build a plan in it, PLAN=gpu-128 by default
	@$(PLAYBOOK) playbooks/demo.yml -e plan=$(PLAN) $(ARGS)

.PHONY: plan
plan: env ## Say what a plan comes to, without NetBox
	@$(PLAYBOOK) playbooks/plan.yml -e plan=$(if $(wildcard $(PLAN)),$(abspath $(PLAN)),plans/$(PLAN).yml) $(ARGS)

.PHONY: quick
quick: env ## Check style, types, layers and unit tests: no server, under two minutes
	@ruff check
	@mypy
	@lint-imports
	@pytest tests/unit -n auto

.PHONY: lint
lint: env ## Check with ansible-lint, and the changelog
	@ansible-lint
	@antsibull-changelog lint

.PHONY: sanity
sanity: env ## Check with ansible-test sanity
	@tests/sanity.py

.PHONY: integration
integration: sandbox-test ## Test against real NetBoxes, two test modules at a time in a sandbox each
	@pytest tests/integration -n 2 --dist loadfile

.PHONY: molecule
molecule: env ## Test playbooks and roles with molecule
	@molecule test

.PHONY: soak
soak: env ## Kill runs, lie to them, generate plans, for hours; ARGS="wire --seeds 20" for a part; stores the figures
	@$(BIN)/python tests/reliability/soak.py $(ARGS)

.PHONY: bench
bench: env ## Measure what a plan costs on a NetBox, beside netbox.netbox and pynetbox (25 minutes); stores the results
	@$(BIN)/python tests/performance/bench_netbox.py $(ARGS)

.PHONY: bench-expand
bench-expand: env ## Measure the expansion of plans of up to 20,000 servers; rewrites the stored results
	@$(BIN)/python tests/performance/bench_expand.py $(ARGS)

.PHONY: large
large: env ## Start a NetBox sandbox that holds a plan of 10,000 servers (minutes the first time, then half a one)
	@$(BIN)/python tests/performance/large.py $(ARGS)

.PHONY: test
test: quick lint sanity integration molecule ## Run every check and test

.PHONY: clean
clean: ## Stop and remove all sandboxes; keep the tools and the cache
	@for sandbox in .sandbox*/sandboxctl; do \
	  if [ -x "$$sandbox" ]; then "$$sandbox" destroy >/dev/null; echo "Removed $${sandbox%/sandboxctl}"; fi; \
	done
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .ansible
	@echo "NetBox itself and its migrated database are kept in $(USER_CACHE)"

.PHONY: distclean
distclean: clean ## Remove the tools too; what other checkouts share stays
	@rm -rf $(VENV) .cache *.tar.gz

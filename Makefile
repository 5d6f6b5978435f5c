# Every target first creates what is missing in the cache folder (see devtools/bootstrap); that takes some minutes once
# and no time afterwards. Settings, all optional, as environment variables or on the command line:
#   CLINIC_CACHE                         where Odoo, the virtual environment and the databases live
#   ODOO_HOME                            an Odoo 19 to use instead of the packaged one
#   PGHOST, PGPORT, PGUSER, PGPASSWORD   a PostgreSQL server to use instead of a private one
#   DEMO_HTTP_PORT, DEMO_SIMULATOR_PORT  the demo's ports (8069, 8070)
#   PYTHON                               the Python (3.10 to 3.13) to set up with
#   ROUNDS, SEED, OUTAGE, ONLY           of `make campaign`: how often, with which chance, how many seconds something stays
#                                        away, and a part of the scenarios' names
ifndef PYTHON
PYTHON := $(shell for python in python3 python3.13 python3.12 python3.11 python3.10; do \
	$$python -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	&& echo $$python && break; done)
endif
ifeq ($(PYTHON),)
$(error Python 3.10 to 3.13 is needed; name one with PYTHON=…)
endif

BOOTSTRAP = $(PYTHON) -B -m devtools.bootstrap
VENV_PYTHON = "$$($(PYTHON) -B -m devtools.paths python)"

.DEFAULT_GOAL := help
.PHONY: help setup test campaign lint bench demo demo-reset screenshots translations clean

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: ## create what is missing: Odoo, the virtual environment, PostgreSQL, the browser
	@$(BOOTSTRAP) browser pdf

test: ## run all tests; T=path runs a part of them
	@$(BOOTSTRAP) browser pdf
	@$(VENV_PYTHON) -m devtools.checks $(T)

campaign: ## harm a clinic at work in every way, at length, and compare message by message
	@$(BOOTSTRAP)
	@$(VENV_PYTHON) -m tests.e2e.campaign $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED)) \
		$(if $(OUTAGE),--outage $(OUTAGE)) $(if $(ONLY),--only "$(ONLY)")

lint: ## ruff and pylint-odoo
	@$(BOOTSTRAP)
	@$(VENV_PYTHON) -m devtools.checks lint

bench: ## measure what is promised about speed, with the floor beside it
	@$(BOOTSTRAP)
	@$(VENV_PYTHON) -m benchmarks

demo: ## start Odoo with demo data and the simulated phone; Ctrl-C stops all of it
	@$(PYTHON) -B -m devtools.demo_settings
	@$(BOOTSTRAP) pdf
	@exec $(VENV_PYTHON) -m devtools.demo

demo-reset: ## forget the demo's database and the simulator's state
	@$(BOOTSTRAP)
	@$(VENV_PYTHON) -m devtools.demo reset

screenshots: ## take the documentation's pictures anew
	@$(BOOTSTRAP) browser
	@$(VENV_PYTHON) -m devtools.screenshots

translations: ## refresh the addons' .pot and tr.po from their sources
	@$(BOOTSTRAP)
	@$(VENV_PYTHON) -m devtools.translations

clean: ## remove the cache folder with everything that was set up, the demo included
	@$(PYTHON) -B -m devtools.clean

# Everything a machine with python3 (3.11 or newer) and make needs. `make` lists the targets.
SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
ROUNDS ?= 20
# What is installed is noted beside it, so a second run takes no time.
RUNTIME := $(VENV)/installed-runtime
DEV := $(VENV)/installed-dev
ASSETS := node_modules/.installed

.DEFAULT_GOAL := help
.PHONY: help setup run demo test lint bench docs clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile | expand -t 10

setup: $(RUNTIME) $(ASSETS) ## install what running needs: environment, packages, browser assets

run: setup ## set up, then run Vouch with its demo institution on http://127.0.0.1:8000 (PORT=…); Ctrl-C stops it
	@exec $(PY) -m vouch run --demo --port $(PORT)

demo: setup ## fill an empty installation with the demo institution
	@$(PY) -m vouch migrate --verbosity 0 && $(PY) -m vouch demo

test: $(DEV) $(ASSETS) ## set up, check the sources, run all tests; those of protected values under SM4 too
	@.ci/tests $(PY)

lint: $(DEV) $(ASSETS) ## check style, types and the order of the rooms
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports

bench: $(DEV) ## measure durability (kill database and web under load, ROUNDS=…), rescue and the speed of judging
	$(PY) bench/durability.py --rounds $(ROUNDS)
	PYTHONPATH=. $(PY) bench/rescue.py
	PYTHONPATH=. $(PY) bench/decide.py

docs: $(DEV) ## take the pictures of the pages of a running installation (ADDRESS=… SIGN_IN=… PASSWORD=…)
	$(PY) docs/screenshots.py $(or $(ADDRESS),http://127.0.0.1:$(PORT)) $(SIGN_IN) $(PASSWORD)

clean: ## remove what set-up installed here (never data)
	rm -rf $(VENV) node_modules

$(PY):
	@.ci/environment $(VENV)

$(RUNTIME): locks/runtime.txt | $(PY)
	@.ci/install $(VENV) locks/runtime.txt
	@touch $@

$(DEV): locks/dev.txt | $(PY)
	@.ci/install $(VENV) locks/dev.txt
	@touch $@ $(RUNTIME)

$(ASSETS): package-lock.json package.json | $(PY)
	@.ci/assets $(VENV)
	@touch $@

# One command for everything a developer does; `make help` lists them.

PYTHON := $(shell for python in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$python; break; }; done)
BIN := .venv/bin
LOCK := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header

.DEFAULT_GOAL := help
.PHONY: help setup run test test-setup lint format types lock bench python

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-8s %s\n", $$1, $$2}'

python:
	@test -n "$(PYTHON)" || { echo "Fiado needs Python 3.11 or newer, and none was found." \
		"Debian 12 or newer: apt-get install python3 python3-venv" >&2; exit 1; }

setup: python ## make both Python environments and train the dialogue model
	@$(PYTHON) bot/set_up.py

test-setup: python
	@$(PYTHON) bot/set_up.py --with-tests

run: setup ## start everything with demo data and the WhatsApp simulator
	@exec $(BIN)/fiado up

test: test-setup ## run the whole suite (one part of it: .venv/bin/pytest tests/domain)
	@$(BIN)/python tests/run_all.py

lint: test-setup ## style and import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

format: test-setup ## rewrite the code in our style
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

types: test-setup ## check the type hints
	@$(BIN)/mypy

lock: ## compute the locks again; new versions only with UPGRADE=--upgrade
	@$(LOCK) $(UPGRADE) --python-version 3.11 pyproject.toml -o requirements.lock
	@$(LOCK) $(UPGRADE) --python-version 3.11 --group dev -c requirements.lock -o requirements-dev.lock
	@$(LOCK) $(UPGRADE) --python-version 3.10 bot/rasa_project/requirements.in \
		-o bot/rasa_project/requirements.lock

bench: setup ## measure turns, acknowledgements and long conversations against their baselines
	@$(BIN)/fiado bench ack
	@$(BIN)/fiado bench turns
	@$(BIN)/fiado bench history

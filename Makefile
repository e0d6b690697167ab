# One command for everything; `make help` lists them. bot/set_up.py does the set-up.

PYTHON := $(shell for python in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$python; break; }; done)
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup run

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "Fiado needs Python 3.11 or newer; none was found on the PATH." \
	"Debian 12 or newer: apt-get install python3 python3-venv" >&2; exit 1; }

setup: python ## make both Python environments and train the dialogue model
	@$(PYTHON) bot/set_up.py

run: setup ## start everything with demo data and the WhatsApp simulator
	@exec $(BIN)/fiado up

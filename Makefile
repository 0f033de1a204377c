# `make chat` starts seeshell, `make test` tests it, `make help` lists the rest.
# Written for GNU Make 3.81 and newer, which is what macOS has.

VENV := .venv
PYTHON := $(VENV)/bin/python
SOURCES := core tui tests training docs themes seeshell/__init__.py seeshell/__main__.py
SET_UP := VENV=$(VENV) bash .ci/set-up

# Debian's OpenBLAS makes the CPU build of MLX 25 times faster; on macOS there is none and no need.
OPENBLAS := $(firstword $(wildcard /usr/lib/*-linux-gnu/openblas-pthread/libblas.so.3))
FAST := $(if $(OPENBLAS),LD_PRELOAD=$(OPENBLAS))

.DEFAULT_GOAL := help
.PHONY: help chat set-up test test-newest check lint types imports wheel bench bench-engine bench-hostile \
    fuzz-engine fuzz-sessions fuzz-kills fuzz-streams fuzz-input fuzz-lexers \
    fuzz-unsent fuzz-families fuzz-states fuzz-schemas fuzz-ahead bench-ahead bench-adapters preflight \
    try-servers \
    soak demo-model eval-demo screenshot clean

help:  ## lists the targets
	@sed -n 's/^\([a-z-]*\):.*  ## /\1	/p' Makefile | expand -t 14

chat:  ## sets seeshell up where that is needed, and starts it (ARGS="--model NAME")
	@$(SET_UP) app
	@$(FAST) $(VENV)/bin/seeshell $(ARGS)

set-up:  ## makes .venv with seeshell and all development tools
	@$(SET_UP) dev

test: set-up  ## runs the tests (ARGS="tests/core -k store")
	$(FAST) $(PYTHON) -m pytest $(ARGS)

# textual-image has another release line from Python 3.12 on, which is what a Mac gets.
NEWEST := python3.14 python3.13 python3.12
test-newest:  ## runs the interface's tests on the newest Python (NEWEST=python3.14)
	@PYTHONS="$(NEWEST)" VENV=.venv-newest bash .ci/set-up dev
	$(FAST) .venv-newest/bin/python -m pytest tests/tui tests/test_installed_command.py $(ARGS)

check: lint types imports wheel  ## all checks that are not tests

lint: set-up
	$(VENV)/bin/ruff check $(SOURCES)
	$(VENV)/bin/ruff format --check $(SOURCES)

types: set-up
	$(VENV)/bin/mypy

imports: set-up
	$(VENV)/bin/lint-imports

wheel: set-up  ## builds the wheel, installs it in a clean environment and tries it
	$(FAST) $(PYTHON) -m tests.packaging

bench: set-up  ## measures the interface and the core (ARGS="--runs 5 --json")
	$(FAST) $(PYTHON) -m tests.bench $(ARGS)

bench-engine: set-up  ## measures waiting times against mlx-vlm's own (ARGS="--runs 5 --json")
	$(FAST) $(PYTHON) -m tests.bench.engine_chat $(ARGS)

fuzz-engine: set-up  ## compares random chats with cold runs (ARGS="--programs 100 --seed 1")
	$(FAST) $(PYTHON) -m tests.fuzz $(ARGS)

fuzz-sessions: set-up  ## compares random requests to sessions and store with cold runs
	$(FAST) $(PYTHON) -m tests.fuzz.sessions $(ARGS)

fuzz-kills: set-up  ## kills the core again and again and looks for losses (ARGS="--kills 20")
	$(FAST) $(PYTHON) -m tests.fuzz.kills $(ARGS)

fuzz-streams: set-up  ## cuts answers of endpoints anywhere (ARGS="--cuts 10000 --seed 1")
	$(FAST) $(PYTHON) -m tests.fuzz.streams $(ARGS)

fuzz-input: set-up  ## sends random bytes and keys into the app (ARGS="--bytes 100000 --keys 5000 --seed 1")
	$(FAST) $(PYTHON) -m tests.fuzz.terminal_input $(ARGS)

fuzz-lexers: set-up  ## tries hostile code in every language (ARGS="--lines 20 --slow-lines 2000")
	$(FAST) $(PYTHON) -m tests.fuzz.lexers $(ARGS)

fuzz-unsent: set-up  ## types, sends and kills windows at random (ARGS="--orders 200 --seed 1")
	$(FAST) $(PYTHON) -m tests.fuzz.unsent $(ARGS)

fuzz-families: set-up  ## compares families of models with cold runs (ARGS="--programs 200 --family llava")
	$(FAST) $(PYTHON) -W ignore -m tests.fuzz.families $(ARGS)

fuzz-states: set-up  ## compares copied states of hybrid models with cold runs (ARGS="PROGRAMS SEED")
	$(FAST) $(PYTHON) -m tests.fuzz.states $(ARGS)

fuzz-schemas: set-up  ## asks with random JSON schemas (ARGS="--schemas 200 --seed 1")
	$(FAST) $(PYTHON) -m tests.fuzz.schemas $(ARGS)

fuzz-ahead: set-up  ## compares answers decoded ahead with plain ones (ARGS="--seed 1")
	$(FAST) $(PYTHON) -m tests.fuzz.ahead $(ARGS)

bench-ahead: set-up  ## measures how much faster answers come that are copied
	$(FAST) $(PYTHON) -m tests.bench.ahead $(ARGS)

bench-adapters: set-up  ## measures how long adapters take to switch
	$(FAST) $(PYTHON) -m tests.bench.adapters $(ARGS)

preflight: set-up  ## compares what preflight says with what MLX takes (ARGS="qwen3-vl-4b-4bit")
	$(FAST) $(PYTHON) -m tests.families.preflight $(ARGS)

try-servers: set-up  ## asks real servers (ARGS="--transformers PROGRAM" for one more than mlx-vlm's)
	$(FAST) $(PYTHON) -m tests.servers $(ARGS)

bench-hostile: set-up  ## measures what hostile clients and pictures cost the core and the others
	$(FAST) $(PYTHON) -m tests.bench.hostile_clients $(ARGS)
	$(FAST) $(PYTHON) -m tests.bench.hostile_pictures $(ARGS)

soak: set-up  ## asks 4,000 questions and looks what they leave behind (ARGS="--turns 400")
	$(FAST) $(PYTHON) -m tests.bench.soak $(ARGS)

demo-model:  ## trains the demonstration model again (see training/README.md)
	bash training/train

eval-demo: set-up  ## asks the demonstration model questions it has never seen
	$(FAST) $(PYTHON) -m training.evaluate $(ARGS)

screenshot: set-up  ## takes the README's screenshot
	$(FAST) $(PYTHON) docs/take_screenshot.py

clean:  ## removes the environment and everything built
	rm -rf $(VENV) build dist seeshell.egg-info

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
.PHONY: help chat set-up test test-newest check lint types imports wheel bench bench-engine bench-previews bench-rolls bench-hostile \
    fuzz-engine fuzz-sessions fuzz-kills fuzz-streams fuzz-input fuzz-lexers \
    fuzz-unsent fuzz-families fuzz-states fuzz-schemas fuzz-ahead bench-ahead bench-adapters preflight \
    fuzz-continued fuzz-store-kills fuzz-care fuzz-bundles fuzz-transfers fuzz-exports \
    bench-library bench-library-screen bench-lists bench-looks bench-attaching check-html \
    fuzz-rolls real-terminals try-servers docs docs-links \
    soak demo-model eval-demo screenshot check-screenshot clean

help:  ## lists the targets
	@sed -n 's/^\([a-z-]*\):.*  ## /\1	/p' Makefile | expand -t 14

chat:  ## sets seeshell up where that is needed, and starts it (ARGS="--model NAME")
	@$(SET_UP) app
	@$(FAST) $(VENV)/bin/seeshell $(ARGS)

set-up:  ## makes .venv with seeshell and all development tools
	@$(SET_UP) dev

# Three at a time, since many wait for processes of their own; what measures time or memory runs by
# itself afterwards.
TOGETHER := -m "not alone" -n 3 --dist loadfile
test: set-up  ## runs the tests (ARGS="tests/core -k store")
ifeq ($(ARGS),)
	$(FAST) $(PYTHON) -m pytest $(TOGETHER)
	$(FAST) $(PYTHON) -m pytest -m alone
else
	$(FAST) $(PYTHON) -m pytest $(ARGS)
endif

# textual-image has another release line from Python 3.12 on, which is what a Mac gets.
NEWEST := python3.14 python3.13 python3.12
ON_NEWEST = $(FAST) .venv-newest/bin/python -m pytest tests/tui tests/test_installed_command.py
test-newest:  ## runs the interface's tests on the newest Python (NEWEST=python3.14)
	@PYTHONS="$(NEWEST)" VENV=.venv-newest bash .ci/set-up dev
ifeq ($(ARGS),)
	$(ON_NEWEST) $(TOGETHER)
	$(ON_NEWEST) -m alone
else
	$(ON_NEWEST) $(ARGS)
endif

check: lint types imports docs wheel  ## all checks that are not tests

lint: set-up
	$(VENV)/bin/ruff check $(SOURCES)
	$(VENV)/bin/ruff format --check $(SOURCES)

types: set-up
	$(VENV)/bin/mypy

imports: set-up
	$(VENV)/bin/lint-imports

wheel: set-up  ## builds the wheel, installs it in a clean environment and tries it
	$(FAST) $(PYTHON) -m tests.packaging

docs: set-up  ## builds the documentation into build/docs and checks the man page
	$(VENV)/bin/sphinx-build --quiet --nitpicky --fail-on-warning -b html docs build/docs
	$(VENV)/bin/sphinx-build --quiet --fail-on-warning -b man docs build/man
	@# Newer Pythons print help in another way.
	@! $(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
	    cmp build/man/seeshell.1 docs/seeshell.1 || { echo "Copy build/man/seeshell.1 to docs."; exit 1; }

docs-links: docs  ## asks the web whether the outside addresses of pages and sources are there
	$(PYTHON) docs/outside_links.py

bench: set-up  ## measures the interface and the core (ARGS="--runs 5 --json")
	$(FAST) $(PYTHON) -m tests.bench $(ARGS)

bench-engine: set-up  ## measures waiting times against mlx-vlm's own (ARGS="--runs 5 --json")
	$(FAST) $(PYTHON) -m tests.bench.engine_chat $(ARGS)

bench-previews: set-up  ## measures the picker's previews
	$(FAST) $(PYTHON) -m tests.bench.previews

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

bench-rolls: set-up  ## measures a roll against as many turns
	$(FAST) $(PYTHON) -m tests.bench.rolls $(ARGS)

fuzz-rolls: set-up  ## kills the core in the middle of rolls (ARGS="--kills 20 --seed 1")
	$(FAST) $(PYTHON) -m tests.fuzz.rolls $(ARGS)

real-terminals: set-up  ## draws in xterm, mlterm, konsole and kitty under Xvfb and compares the pixels
	$(FAST) $(PYTHON) -m tests.terminal.real_terminals $(ARGS)

try-servers: set-up  ## asks real servers (ARGS="--transformers PROGRAM" for one more than mlx-vlm's)
	$(FAST) $(PYTHON) -m tests.servers $(ARGS)

bench-hostile: set-up  ## measures what hostile clients and pictures cost the core and the others
	$(FAST) $(PYTHON) -m tests.bench.hostile_clients $(ARGS)
	$(FAST) $(PYTHON) -m tests.bench.hostile_pictures $(ARGS)

fuzz-continued: set-up  ## cuts answers anywhere and has them go on (ARGS="--step 1")
	$(FAST) $(PYTHON) -m tests.fuzz.continued $(ARGS)

fuzz-store-kills: set-up  ## kills programs that migrate, delete, restore and purge (ARGS="--kills 100 --seed 1")
	$(FAST) $(PYTHON) -m tests.fuzz.store_kills $(ARGS)

fuzz-care: set-up  ## kills repairs of damaged databases (ARGS="--kills 100 --seed 1")
	$(FAST) $(PYTHON) -m tests.fuzz.care $(ARGS)

fuzz-bundles: set-up  ## imports spoiled bundles and exports (ARGS="--mutants 1000 --seed 1")
	$(FAST) $(PYTHON) -W ignore -m tests.fuzz.bundles $(ARGS)

fuzz-transfers: set-up  ## kills the core while bundles go in and out (ARGS="--kills 100 --seed 1")
	$(FAST) $(PYTHON) -W ignore -m tests.fuzz.transfers $(ARGS)

fuzz-exports: set-up  ## kills exports at random moments (ARGS="--kills 100 --seed 1")
	$(FAST) $(PYTHON) -m tests.fuzz.exports $(ARGS)

bench-library: set-up  ## searches and lists 10,000 conversations
	$(FAST) $(PYTHON) -m tests.bench.library $(ARGS)

bench-library-screen: set-up  ## measures the library's screen (ARGS=HOME that tests.bench.big_library filled)
	$(FAST) $(PYTHON) -m tests.bench.library_screen $(ARGS)

bench-lists: set-up  ## measures an answer's saves beside work on many conversations
	$(FAST) $(PYTHON) -m tests.bench.library_lists $(ARGS)

bench-looks: set-up  ## measures how well copies of pictures are recognised (ARGS=FOLDER)
	$(FAST) $(PYTHON) -m tests.bench.looks $(ARGS)

bench-attaching: set-up  ## measures the event loop while a 50 megapixel picture comes and goes
	$(FAST) $(PYTHON) -m tests.bench.attaching $(ARGS)

check-html: set-up  ## looks at exported pages in headless Chromium (needs chromium, chromium-driver, npm)
	$(FAST) $(PYTHON) -m tests.pages $(ARGS)

soak: set-up  ## asks 4,000 questions and looks what they leave behind (ARGS="--turns 400")
	$(FAST) $(PYTHON) -m tests.bench.soak $(ARGS)

demo-model:  ## trains the demonstration model again (see training/README.md)
	bash training/train

eval-demo: set-up  ## asks the demonstration model questions it has never seen
	$(FAST) $(PYTHON) -m training.evaluate $(ARGS)

screenshot: set-up  ## takes the screenshots of README and docs
	$(FAST) $(PYTHON) docs/take_screenshots.py

check-screenshot: set-up  ## takes them again and says which are out of date
	$(FAST) $(PYTHON) docs/take_screenshots.py --check

clean:  ## removes the environment and everything built
	rm -rf $(VENV) build dist seeshell.egg-info

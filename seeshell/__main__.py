"""Runs the `seeshell` command as `python -m seeshell`."""

from .tui.cli import main

if __name__ == "__main__":
    raise SystemExit(main())

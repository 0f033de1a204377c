"""The command line: `seeshell`, `seeshell ask` and the commands for the core."""

from .command import main

__all__ = ["main"]

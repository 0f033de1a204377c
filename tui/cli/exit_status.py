"""Exit statuses of the `seeshell` command."""

COMPLETE = 0
ERROR = 1
USAGE = 2
INTERRUPTED = 130
"""Ctrl+C: 128 and the signal's number, as shells count."""
BROKEN_PIPE = 141
"""Nobody read the output to its end."""

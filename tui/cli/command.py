"""The entry of the `seeshell` command: parses, runs, and turns errors into sentences."""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence

from ...core.errors import SeeshellError
from .exit_status import BROKEN_PIPE, ERROR, INTERRUPTED
from .output import Output
from .parser import parse


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status.

    Args:
        argv: arguments after the program's name; `sys.argv` if left out.
    """
    options = parse(argv)
    for stream in (sys.stdout, sys.stderr):
        # A terminal without UTF-8 shows a question mark instead of ending the answer.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    output = Output(as_json=options.json, is_raw=options.raw)
    try:
        return _run(options, output)
    except SeeshellError as error:
        output.error(type(error).__name__, str(error))
        return ERROR
    except KeyboardInterrupt:
        output.clear_progress()
        if output.as_json:
            output.error("Interrupted", "The command was stopped before its end: run it again.")
        return INTERRUPTED
    except BrokenPipeError:
        # What is still buffered would raise again when Python flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE


def _run(options: Namespace, output: Output) -> int:
    """Runs the command, whose module is imported only now: each start pays for itself alone."""
    match options.command:
        case "ask":
            from .ask import ask

            return ask(options, output)
        case "bench":
            from .bench import bench

            return bench(options, output)
        case "status":
            from .core_commands import status

            return status(output)
        case "stop":
            from .core_commands import stop

            return stop(output)
        case "core":
            from .core_commands import core

            core()
    from .open_app import open_app

    return open_app(options)

"""The entry of the `seeshell` command: parses, runs, and turns errors into sentences."""

import sys
from argparse import Namespace
from collections.abc import Sequence

from ...core.errors import OutputError, SeeshellError
from .exit_status import BROKEN_PIPE, ERROR, INTERRUPTED
from .output import Output, discard, open_closed_streams
from .parser import parse


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status.

    Args:
        argv: arguments after the program's name; `sys.argv` if left out.
    """
    options = parse(argv)
    open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # A terminal without UTF-8 shows a question mark instead of ending the answer.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    output = Output(as_json=options.json, is_raw=options.raw)
    try:
        return _run(options, output)
    except OutputError as error:
        discard(sys.stdout)
        output.notice(f"seeshell: {error}")
        return ERROR
    except SeeshellError as error:
        output.error(type(error).__name__, str(error))
        return ERROR
    except KeyboardInterrupt:
        output.clear_progress()
        if output.as_json:
            output.error("Interrupted", "The command was stopped before its end: run it again.")
        return INTERRUPTED
    except BrokenPipeError:
        discard(sys.stdout)
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
        case "models":
            from .models import models

            return models(options, output)
        case "tune":
            from .tune import make_adapter

            return make_adapter(options, output)
        case "status":
            from .core_commands import status

            return status(output)
        case "unload":
            from .core_commands import unload

            return unload(output)
        case "stop":
            from .core_commands import stop

            return stop(output)
        case "core":
            from .core_commands import core

            core()
    from .open_app import open_app

    return open_app(options)

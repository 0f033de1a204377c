"""The entry of the `seeshell` command: parses, runs, and turns errors into sentences."""

import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Final

from ...core.errors import OutputError, SeeshellError
from .exit_status import BROKEN_PIPE, ERROR, INTERRUPTED
from .output import Output, discard, open_closed_streams
from .parser import parse

COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ask": "ask:ask",
        "attach": "attach:attach",
        "bench": "bench:bench",
        "chats": "chats.chats:chats",
        "completion": "completion:print_completion",
        "core": "core_commands:core",
        "doctor": "doctor:doctor",
        "eval": "evaluation.evaluate:evaluate",
        "export": "chats.export:export",
        "import": "importing.import_files:import_files",
        "models": "models:models",
        "rm": "chats.remove:remove",
        "service": "service_file:print_service",
        "show": "chats.show:show",
        "status": "core_commands:status",
        "stop": "core_commands:stop",
        "tag": "chats.tag:tag",
        "tune": "tune:make_adapter",
        "unload": "core_commands:unload",
    }
)
"""Which function of which module here carries a command out: it takes the options and where words
go, and returns the exit status."""


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
    app = "plain:open_plain" if options.plain else "open_app:open_app"
    module, _, name = COMMANDS.get(options.command, app).partition(":")
    run: Callable[[Namespace, Output], int] = getattr(
        import_module(f".{module}", __package__), name
    )
    return run(options, output)

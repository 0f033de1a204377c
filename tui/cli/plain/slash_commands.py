"""What the plain chat does when a line begins with a slash and the name of a command."""

import re
from collections.abc import Awaitable, Callable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from . import answer_commands, conversation_commands, model_commands, picture_commands
from .command_names import NAMES, CommandName
from .desk import Desk

Run = Callable[[Desk, str], Awaitable[None]]
"""Does it, with what stands behind the name."""

_LINE: Final = re.compile(r"/([a-z][a-z-]*)(?:\s+(.*))?", re.DOTALL)
_NAME_WIDTH: Final = 26


async def show_help(desk: Desk, argument: str) -> None:
    """Lists the commands, or says what one does."""
    chosen = NAMES.get(argument.removeprefix("/"))
    desk.teller.tell(*(_help_line(it) for it in ([chosen] if chosen else NAMES.values())))
    if chosen is None:
        desk.teller.tell(
            "Anything else is a question. A line that ends with a backslash goes on in the next "
            "one. Paths of pictures in a question attach them."
        )


async def leave(desk: Desk, _argument: str) -> None:
    """Ends the chat."""
    desk.has_quit = True


async def start_core(desk: Desk, _argument: str) -> None:
    """Connects again, which starts a core where none runs."""
    await desk.connect()


COMMANDS: Final[Mapping[str, Run]] = MappingProxyType(
    {
        "attach": picture_commands.attach,
        "remove": picture_commands.remove,
        "put-back": picture_commands.put_back,
        "retry": picture_commands.retry,
        "sample": picture_commands.sample,
        "pictures": picture_commands.pictures,
        "drop": picture_commands.drop,
        "fetch-anyway": picture_commands.fetch_anyway,
        "send": answer_commands.send,
        "regenerate": answer_commands.regenerate,
        "finish": answer_commands.finish,
        "edit": answer_commands.edit,
        "correct": answer_commands.correct,
        "fork": answer_commands.fork,
        "older": answer_commands.older,
        "newer": answer_commands.newer,
        "leave-out": answer_commands.leave_out,
        "leave-out-before": answer_commands.leave_out_before,
        "take-back": answer_commands.take_back,
        "resume": answer_commands.resume,
        "stop": answer_commands.stop,
        "thoughts": answer_commands.thoughts,
        "receipts": answer_commands.receipts,
        "make-room": answer_commands.make_room,
        "new": conversation_commands.new,
        "private": conversation_commands.new_private,
        "list": conversation_commands.list_all,
        "open": conversation_commands.open_stored,
        "rename": conversation_commands.rename,
        "delete": conversation_commands.delete,
        "undelete": conversation_commands.undelete,
        "restore": conversation_commands.restore,
        "search": conversation_commands.search,
        "show": conversation_commands.show,
        "model": model_commands.model,
        "adapter": model_commands.adapter,
        "unload": model_commands.unload,
        "cancel-load": model_commands.cancel_load,
        "load-again": model_commands.load_again,
        "load-kept": model_commands.load_kept,
        "go-on": model_commands.go_on,
        "preset": model_commands.preset,
        "template": model_commands.template,
        "status": model_commands.status,
        "start-core": start_core,
        "help": show_help,
        "quit": leave,
    }
)

ASKING: Final = frozenset({"send", "regenerate", "finish", "resume", "make-room"})
"""Commands after which an answer is waited for."""


def is_command(line: str) -> bool:
    """Whether a line is meant as a command: a path has a second slash, or a dot."""
    return _LINE.fullmatch(line.strip()) is not None


async def run_command(desk: Desk, line: str) -> None:
    """Does what a line says that is a command, and waits for the answer where one comes."""
    match = _LINE.fullmatch(line.strip())
    name = _find(match[1]) if match else ""
    if not match or not name:
        typed = match[1] if match else line
        near = get_close_matches(typed, NAMES, n=1)
        meant = f" /{near[0]} is meant perhaps;" if near else ""
        desk.teller.tell(f"There is no command /{typed}:{meant} /help lists all.")
        return
    await COMMANDS[name](desk, (match[2] or "").strip())
    if name in ASKING:
        await desk.until_over()


def _find(typed: str) -> str:
    """Returns the command that a name means, which may be cut short; empty if none or several."""
    if typed in NAMES:
        return typed
    found = [name for name in NAMES if name.startswith(typed)]
    return found[0] if len(found) == 1 else ""


def _help_line(command: CommandName) -> str:
    usage = f"/{command.name} {command.argument}".strip()
    return f"{usage:<{_NAME_WIDTH}} {command.help}"

"""The plain chat's commands by name: those of the table of keys, and what has no key there."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from ...keys.keymap import DEFAULT_KEYS
from ...keys.table import COMMANDS as KEYED


class CommandName(NamedTuple):
    """A command as it is typed behind a slash."""

    name: str
    help: str
    """What it does, as the list of keys says it."""
    argument: str = ""
    """What may follow, in capitals; in brackets where it need not."""


_KEYED: Final[Mapping[str, tuple[str, str]]] = {
    "screen.attach": ("attach", "IMAGE..."),
    "chips.remove": ("remove", "[NUMBER]"),
    "chips.put_back": ("put-back", ""),
    "chips.retry": ("retry", ""),
    "prompt.send": ("send", ""),
    "chat.sample": ("sample", ""),
    "screen.new": ("new", ""),
    "screen.new_private": ("private", ""),
    "list.open": ("open", "[NUMBER]"),
    "list.rename": ("rename", "TITLE"),
    "list.delete": ("delete", "[NUMBER]"),
    "list.restore": ("undelete", ""),
    "prompt.past": ("search", "[WORDS]"),
    "chat.regenerate": ("regenerate", ""),
    "chat.finish": ("finish", ""),
    "chat.edit": ("edit", ""),
    "chat.correct": ("correct", ""),
    "chat.fork": ("fork", ""),
    "chat.older": ("older", ""),
    "chat.newer": ("newer", ""),
    "chat.leave_out": ("leave-out", ""),
    "chat.leave_out_before": ("leave-out-before", ""),
    "chat.take_back": ("take-back", ""),
    "chat.resume_queue": ("resume", ""),
    "chat.thoughts": ("thoughts", ""),
    "chat.receipts": ("receipts", ""),
    "screen.presets": ("preset", "[NAME]"),
    "screen.templates": ("template", "[NAME]"),
    "screen.start_core": ("start-core", ""),
    "chat.load_again": ("load-again", ""),
    "chat.load_kept": ("load-kept", ""),
    "chat.go_on": ("go-on", ""),
    "chat.restore": ("restore", ""),
    "chat.fetch_anyway": ("fetch-anyway", ""),
    "chat.make_room": ("make-room", ""),
    "screen.keys": ("help", "[COMMAND]"),
    "app.quit": ("quit", ""),
}
"""By their ids in the table of keys, which has their words."""

_OTHER_WORDS: Final[Mapping[str, str]] = {
    "chips.remove": "Remove a picture of the next message, the last one without a number",
    "list.open": "Open a conversation, the newest without a number",
    "list.delete": "Delete a conversation, this one without a number",
    "screen.keys": "Show all commands, or what one does",
    "chat.thoughts": "Print the thoughts of answers, or no longer",
    "chat.receipts": "Print what answers took, or no longer",
}
"""Where the table speaks of a cursor or a panel."""

_KEYLESS: Final = (
    CommandName("pictures", "List the pictures of the next message"),
    CommandName("drop", "Forget what is typed and attached for the next message"),
    CommandName("stop", "Stop the answer, as Ctrl+C does while it is printed"),
    CommandName("list", "List the conversations, or those with these words", "[WORDS]"),
    CommandName("show", "Print the last messages, or as many as you say, or all", "[NUMBER|all]"),
    CommandName("model", "List the models, or load one", "[NAME]"),
    CommandName("adapter", "List the adapters, or put one on the model", "[NAME|none]"),
    CommandName("unload", "Free the model until the next question"),
    CommandName("cancel-load", "Cancel loading the model"),
    CommandName("status", "Say what the model does, and how full the context is"),
)

_INSTEAD: Final[Mapping[str, str]] = {
    "prompt.to_log": "pictures",
    "chat.load_another": "model",
    "chat.start_new": "new",
    "log.copy": "show",
    "app.copy_or_quit": "quit",
    "screen.back": "stop",
}
"""What to type here where a sentence names a command that only the app has."""


def _names() -> Iterator[CommandName]:
    for command, (name, argument) in _KEYED.items():
        told = _OTHER_WORDS.get(command) or DEFAULT_KEYS.fill(KEYED[command].help)
        yield CommandName(name, told, argument)
    yield from _KEYLESS


NAMES: Final[Mapping[str, CommandName]] = MappingProxyType({it.name: it for it in _names()})
"""Every command, in the order in which `/help` lists them."""


def fill(sentence: str) -> str:
    """Returns a sentence with what to type here wherever it names a command in braces."""
    return re.sub(r"\{([a-z]+\.[a-z_]+)\}", _typed, sentence)


def typed(command: str) -> str:
    """Returns what to type for a command of the table of keys; empty where only the app has it."""
    name = _KEYED[command][0] if command in _KEYED else _INSTEAD.get(command, "")
    return f"/{name}" if name else ""


def _typed(named: re.Match[str]) -> str:
    return typed(named[1]) or DEFAULT_KEYS.fill(named[0])

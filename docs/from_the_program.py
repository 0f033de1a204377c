"""Pages of the documentation that the program writes itself: keys, commands, the socket protocol.

Nothing in them can be out of date. `docs/conf.py` has them written before each build.
"""

import ast
import contextlib
import inspect
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeGuard, cast, get_args

import msgspec

from seeshell.core.messages.events import AnyEvent
from seeshell.core.messages.requests import AnyRequest
from seeshell.core.presets import BUILT_IN_TEMPLATES
from seeshell.tui.cli.parser import parse
from seeshell.tui.keys.command import Place
from seeshell.tui.keys.keymap import Keymap
from seeshell.tui.keys.table import PLACES, TEMPLATES

COLUMNS: Final = 88


def write_pages(folder: Path) -> None:
    """Writes all of them; a page that is as it was is left alone."""
    folder.mkdir(exist_ok=True)
    for name, lines in (("keys", _keys()), ("commands", _commands()), ("protocol", _protocol())):
        _write(folder / f"{name}.md", ("\n".join(lines) + "\n").encode())
    _write(folder / "protocol.schema.json", _schema())


def _write(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)


def _keys() -> Iterator[str]:
    keymap = Keymap({})
    for place in PLACES:
        yield from (f"### {place.title}", "")
        if place.letters:
            yield from (f"Letters {place.letters}.", "")
        yield from _key_table(place, keymap)
        if place.note:
            yield from (keymap.fill(place.note), "")
        if place is TEMPLATES:
            yield from (f"- `{it.key}`: {it.name}" for it in BUILT_IN_TEMPLATES)
            yield ""


def _key_table(place: Place, keymap: Keymap) -> Iterator[str]:
    if not place.commands:
        return
    yield from ("| keys | what they do | id for `[keys]` |", "|---|---|---|")
    for command in place.commands:
        command_id = place.id_of(command)
        keys = ", ".join(_code(key) for key in keymap.show_all(command_id).split(", ") if key)
        name = "" if command.is_fixed else f"`{command_id}`"
        yield f"| {keys or 'none'} | {_cell(keymap.fill(command.help))} | {name} |"
    yield ""


def _code(text: str) -> str:
    return "`` ` ``" if text == "`" else f"`{_cell(text)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _commands() -> Iterator[str]:
    for command, text in _helps([]):
        yield from (
            f"## {' '.join(['seeshell', *command])}",
            "",
            "```text",
            text.rstrip(),
            "```",
            "",
        )


def _helps(command: list[str]) -> Iterator[tuple[list[str], str]]:
    """Yields a command and the commands below it, each with what its `--help` prints."""
    os.environ["COLUMNS"] = str(COLUMNS)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        parse([*command, "--help"])
    text = printed.getvalue()
    yield command, text
    _, _, below = text.partition("\ncommands:\n")
    for name in re.findall(r"^ {4}(\S+)", below.partition("\n\n")[0], re.MULTILINE):
        yield from _helps([*command, name])


def _protocol() -> Iterator[str]:
    unions: dict[str, Any] = {"Requests": AnyRequest, "Events": AnyEvent}
    shown: set[type] = set()
    for title, union in unions.items():
        yield from (f"## {title}", "")
        for struct in get_args(union):
            shown.add(struct)
            yield from _struct(struct)
    yield from ("## Values", "")
    _, schemas = msgspec.json.schema_components(unions.values())
    structs = {struct.__name__: struct for struct in _all_below(msgspec.Struct)}
    for name in sorted(schemas):
        if name in structs and structs[name] not in shown:
            yield from _struct(structs[name])


def _all_below(base: type) -> Iterator[type]:
    for struct in base.__subclasses__():
        yield struct
        yield from _all_below(struct)


def _struct(struct: type) -> Iterator[str]:
    """Yields what a struct's source says of it: its fields with their docstrings."""
    node = cast(ast.ClassDef, ast.parse(inspect.getsource(struct)).body[0])
    yield from (f"### {struct.__name__}", "", ast.get_docstring(node) or "", "")
    fields = [it for it in node.body if isinstance(it, ast.AnnAssign)]
    if fields:
        yield from ("| field | type | default | |", "|---|---|---|---|")
    for field in fields:
        after = node.body[node.body.index(field) + 1 :][:1]
        told = [it.value.value for it in after if _is_text(it)]
        text = " ".join(str(told[0]).split()) if told else ""
        default = f"`{_cell(ast.unparse(field.value))}`" if field.value else ""
        kind = _cell(ast.unparse(field.annotation))
        yield f"| `{ast.unparse(field.target)}` | `{kind}` | {default} | {_cell(text)} |"
    yield ""


def _is_text(node: ast.stmt) -> TypeGuard[ast.Expr]:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _schema() -> bytes:
    """Returns all requests, events and their values as one JSON schema."""
    (requests, events), values = msgspec.json.schema_components(
        (AnyRequest, AnyEvent), ref_template="#/$defs/{name}"
    )
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": {**values, "Request": requests, "Event": events},
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=1)

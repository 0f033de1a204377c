"""Documents that can't be decoded: nothing of what that raises is left out anywhere."""

import ast
from pathlib import Path

import msgspec
import pytest

from seeshell.core.undecodable import UNDECODABLE

SOURCES = Path(__file__).parents[2]
MODULES = [path for room in ("core", "tui") for path in (SOURCES / room).rglob("*.py")]
PARTS = {"DecodeError", "MsgspecError", "ValidationError"}


@pytest.mark.parametrize(
    "document",
    [b"{", b"7", b'{"a": "\xa0"}', b'{"\xa0": ""}', b"[" * 100_000, "\ud800", '{"a": "\ud800"}'],
)
def test_whatever_is_no_document_is_told_from_other_errors(document: bytes | str) -> None:
    with pytest.raises(UNDECODABLE):
        msgspec.json.decode(document, type=dict[str, str])
    with pytest.raises(UNDECODABLE):
        msgspec.toml.decode(document, type=dict[str, str])


def test_nobody_names_a_part_of_it() -> None:
    named = [
        f"{path.relative_to(SOURCES)}:{node.lineno}"
        for path in MODULES
        if path.name != "undecodable.py" and "msgspec." in (text := path.read_text("utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute)
        and node.attr in PARTS
        and isinstance(node.value, ast.Name)
        and node.value.id == "msgspec"
    ]
    assert not named, f"catch UNDECODABLE there: {named}"

"""The maps that packages begin with."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

ROOMS = (
    "core",
    "core/boxes",
    "core/ipc",
    "core/sessions",
    "core/sessions/rolls",
    "core/formats",
    "core/metadata",
    "core/pictures",
    "core/store",
    "core/models",
    "core/models/hub",
    "core/engine",
    "core/engine/decoding",
    "core/engine/kv",
    "core/engine/remote",
    "core/engine/remote/answers",
    "core/engine/remote/refusals",
    "tui",
    "tui/cli",
    "tui/cli/chats",
    "tui/cli/evaluation",
    "tui/chat",
    "tui/export",
    "tui/export/html",
    "tui/log",
    "tui/markdown",
    "tui/picker",
    "tui/pictures",
    "tui/roll",
    "tui/session",
    "tui/terminal",
)


def docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text())) or ""


def first_line(path: Path) -> str:
    return " ".join(docstring(path).split("\n\n")[0].split())


def modules_of(folder: Path) -> dict[str, Path]:
    """The modules and rooms of a package as its map names them."""
    modules = {path.stem: path for path in folder.glob("*.py") if path.stem != "__init__"}
    return modules | {f"{it.parent.name}/": it for it in folder.glob("*/__init__.py")}


@pytest.mark.parametrize("room", ROOMS)
def test_a_map_gives_each_module_a_row_in_the_words_of_its_first_line(room: str) -> None:
    written = docstring(ROOT / room / "__init__.py")
    rows = re.findall(r"^    (\S+) +(.+(?:\n {6,}.+)*)", written, re.MULTILINE)
    described = {name: " ".join(words.split()) for name, words in rows}
    expected = {name: first_line(path) for name, path in modules_of(ROOT / room).items()}
    assert described == expected
    assert len(rows) == len(expected)

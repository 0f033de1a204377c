import pytest

from seeshell.tui.cli.plain.command_names import _KEYED, NAMES, fill
from seeshell.tui.cli.plain.slash_commands import ASKING, COMMANDS, is_command
from seeshell.tui.keys.table import COMMANDS as KEYED


def test_each_name_has_its_command_and_each_command_its_name() -> None:
    assert list(NAMES) == list(dict.fromkeys(NAMES))
    assert set(NAMES) == set(COMMANDS)
    assert set(COMMANDS) >= ASKING


def test_the_words_are_those_of_the_table_of_keys() -> None:
    assert set(_KEYED) <= set(KEYED)
    assert NAMES["regenerate"].help == KEYED["chat.regenerate"].help


@pytest.mark.parametrize("line", ["/help", "/attach a.png b.png", " /open 3 ", "/nonsense"])
def test_a_slash_and_a_name_are_a_command(line: str) -> None:
    assert is_command(line)


@pytest.mark.parametrize(
    "line", ["/Users/me/a.png what is it?", "/tmp/a.png", "what is /help?", "/", "//", "/a.png"]
)
def test_a_path_is_none(line: str) -> None:
    assert not is_command(line)


def test_sentences_name_what_is_typed_here() -> None:
    told = fill("In the pictures ({prompt.to_log}) {chips.remove} removes it and {chips.retry}.")
    assert told == "In the pictures (/pictures) /remove removes it and /retry."
    assert fill("{screen.start_core} starts one.") == "/start-core starts one."
    assert fill("{no.such} {x}") == "{no.such} {x}"

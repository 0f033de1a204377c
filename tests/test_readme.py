"""The README keeps its word."""

import re
import shlex
import tomllib
from pathlib import Path

import msgspec
import pytest

from seeshell.core.setting_rules import find_problem
from seeshell.core.settings import EndpointSettings, Settings
from seeshell.tui.cli.parser import parse

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def commands() -> list[str]:
    """Every `seeshell` command of the README's shell blocks and of its tables."""
    shell = "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL))
    lines = [line.split("| jq")[0].split(" #")[0] for line in shell.splitlines()]
    found = [line[line.index("seeshell") :] for line in lines if "seeshell " in line]
    return found + re.findall(r"\| `(seeshell [^`]+)`", README)


def test_the_first_commands_are_the_two_that_matter() -> None:
    block = README[README.index("```sh") :].splitlines()
    assert [line.split()[:2] for line in block[1:3]] == [["make", "chat"], ["make", "test"]]


def test_the_settings_are_all_there_with_their_defaults() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    values = tomllib.loads(block)
    assert list(values) == [field.name for field in msgspec.structs.fields(Settings)]
    assert find_problem(values) == ""
    given = msgspec.convert(values, Settings)
    assert msgspec.structs.replace(given, temperature=None, endpoints={}) == Settings()
    # Of an endpoint, too, all is there.
    (table,) = values["endpoints"].values()
    assert set(table) == {field.name for field in msgspec.structs.fields(EndpointSettings)}


@pytest.mark.parametrize("command", commands())
def test_each_command_is_one_that_seeshell_takes(command: str) -> None:
    arguments = shlex.split(command.split(" < ")[0])[1:]
    parse(arguments)


def test_each_target_is_one_that_make_has() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`", README)) <= targets


def test_each_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target

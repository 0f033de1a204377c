"""The README and the pages in `docs/` keep their word."""

import re
import shlex
import tomllib
from pathlib import Path

import msgspec
import pytest

from seeshell.core.key_settings import read_keys
from seeshell.core.setting_rules import find_problem
from seeshell.core.settings import EndpointSettings, Settings
from seeshell.tui.cli.help_texts import MODELS_AND_KEYS
from seeshell.tui.cli.parser import parse
from seeshell.tui.keys.problems import find_problem as find_key_problem

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md"))]
LINKING = [*PAGES, ROOT / "CHANGELOG.md", ROOT / "training" / "README.md"]
ALL = "\n".join(page.read_text() for page in PAGES)


def commands() -> list[str]:
    """Every `seeshell` command of the pages' shell blocks and of their tables."""
    shell = "\n".join(re.findall(r"```sh\n(.*?)```", ALL, re.DOTALL))
    lines = [re.split(r" [|>] | #", line)[0] for line in shell.splitlines()]
    found = [line[line.rindex("seeshell ") :] for line in lines if "seeshell " in line]
    return sorted({*found, *re.findall(r"\| `(seeshell [^`]+)`", ALL)})


def test_the_first_commands_are_the_two_that_matter() -> None:
    block = README[README.index("```sh") :].splitlines()
    assert [line.split()[:2] for line in block[1:3]] == [["make", "chat"], ["make", "test"]]


def test_the_settings_are_all_there_with_their_defaults() -> None:
    settings = (ROOT / "docs" / "settings.md").read_text()
    (block,) = re.findall(r"```toml\n(.*?)```", settings, re.DOTALL)
    values = tomllib.loads(block)
    assert list(values) == [field.name for field in msgspec.structs.fields(Settings)]
    assert find_problem(values) == ""
    given = msgspec.convert(values, Settings)
    assert msgspec.structs.replace(given, temperature=None, endpoints={}) == Settings()
    # Of an endpoint, too, all is there.
    (table,) = values["endpoints"].values()
    assert set(table) == {field.name for field in msgspec.structs.fields(EndpointSettings)}


def key_examples() -> list[str]:
    """The lines that give commands other keys, of each page that has some and of the help."""
    texts = [page.read_text() for page in PAGES] + [MODELS_AND_KEYS]
    found = [re.findall(r"\b[a-z]+\.[a-z_]+ = (?:\".*?\"|\[.*?\])", text) for text in texts]
    return ["\n".join(lines) for lines in found if lines]


@pytest.mark.parametrize("lines", key_examples())
def test_other_keys_are_ones_that_commands_can_have(lines: str) -> None:
    assert find_key_problem(read_keys(tomllib.loads(lines))) == ""


@pytest.mark.parametrize("command", commands())
def test_each_command_is_one_that_seeshell_takes(command: str) -> None:
    arguments = shlex.split(command.split(" < ")[0])[1:]
    parse(arguments)


def test_each_target_is_one_that_make_has() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", ALL)) <= targets


@pytest.mark.parametrize("page", LINKING, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s:]+)\)", page.read_text()):
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def anchors(page: Path) -> set[str]:
    """The names of a page's headings, as GitHub and Sphinx make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", it.lower()).replace(" ", "-") for it in headings}

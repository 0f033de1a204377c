"""`seeshell chats`, `show`, `export`, `rm` and `tag` on a real core."""

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from seeshell.core.demo import SAMPLES_PATH
from seeshell.core.images import hash_file
from seeshell.core.kept import KeptConversation
from seeshell.tui.cli import main
from seeshell.tui.cli.chats import help_texts, table
from seeshell.tui.export import FORMS

from ....running_core import RunningCore
from ....terminal.installed import Installed
from ...conftest import running_core

PICTURE = SAMPLES_PATH / "red-circle-blue-square.png"
ROW_KEYS = (
    *("id", "uuid", "title", "created_at", "updated_at", "messages", "turns", "model", "tags"),
    *("is_pinned", "is_archived", "is_private", "picture", "deleted_at"),
)
EXPORT_KEYS = ("format", "path", "conversations", "pictures", "size_bytes", "notes")


class Seeshell:
    """Runs commands in this process, on one core."""

    def __init__(self, core: RunningCore, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = core.paths.config_file.parent
        self._capsys = capsys
        self.said = ""
        """On standard error, by the last command."""

    def __call__(self, *arguments: str | Path | int, status: int = 0) -> str:
        # Not for longer: the core of a test's own home is ended after it.
        with pytest.MonkeyPatch.context() as patch, Path(os.devnull).open() as nothing:
            patch.setenv("SEESHELL_HOME", str(self.home))
            patch.setattr(sys, "stdin", nothing)
            ended = main([str(it) for it in arguments])
        out, self.said = self._capsys.readouterr()
        assert ended == status, (out, self.said)
        return out

    def document(self, *arguments: str | Path | int, status: int = 0) -> Any:
        return json.loads(self(*arguments, "--json", status=status))


@pytest.fixture(scope="module")
def core() -> Iterator[RunningCore]:
    with running_core("demo") as core:
        yield core


@pytest.fixture
def run(core: RunningCore, capsys: pytest.CaptureFixture[str]) -> Seeshell:
    return Seeshell(core, capsys)


@pytest.fixture(scope="module")
def lemons(core: RunningCore) -> int:
    """A conversation with a picture; whoever deletes it restores it."""
    installed = Installed(core.paths.config_file.parent)
    told = installed.run("ask", "--json", "-i", PICTURE, "What lemons are in the picture?")
    return int(json.loads(told.stdout)["conversation"])


@pytest.fixture(scope="module")
def hello(core: RunningCore, lemons: int) -> int:
    """One that has changed later."""
    told = Installed(core.paths.config_file.parent).run("ask", "--json", "Hello there")
    return int(json.loads(told.stdout)["conversation"])


def test_conversations_are_listed_and_found(run: Seeshell, lemons: int, hello: int) -> None:
    everything = run.document("chats")
    found = run.document("chats", "lemons", "has:picture")
    assert everything["total"] == len(everything["conversations"])
    assert [it["id"] for it in everything["conversations"]][:2] == [hello, lemons]
    assert [it["id"] for it in found["conversations"]] == [lemons]
    assert tuple(found["conversations"][0]) == ROW_KEYS
    assert all(key in help_texts.CHATS for key in ROW_KEYS)
    assert [it["id"] for it in run.document("chats", "--limit", 1)["conversations"]] == [hello]


def test_in_a_pipe_nothing_is_cut_and_on_a_terminal_a_row_is_a_line(
    run: Seeshell, lemons: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("tag", lemons, "+fruit", "+a b")
    (line,) = run("chats", "lemons").splitlines()
    cells = line.split("\t")
    assert cells[0] == str(lemons)
    assert cells[2:] == ["1", "demo", "a b,fruit", "What lemons are in the picture?"]
    for width in (30, 60, 200):
        monkeypatch.setattr(
            table, "get_terminal_size", lambda width=width: os.terminal_size((width, 24))
        )
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        head, *rows = run("chats", "lemons").splitlines()
        assert head.startswith("id")
        assert len(rows) == 1
        assert rows[0].startswith(str(lemons))
        assert max(map(len, (head, *rows))) <= width
        assert "What l" in rows[0]
    run("tag", lemons, "-fruit", "-a b")


def test_nothing_found_is_said_and_a_status_of_its_own(run: Seeshell) -> None:
    assert run("chats", "no", "such", status=1) == ""
    assert run.said == "No conversation is found by no such; `seeshell chats` lists all.\n"
    assert run.document("chats", "tag:none", status=1) == {"total": 0, "conversations": []}


def test_a_query_that_makes_no_sense_is_explained(run: Seeshell) -> None:
    error = run.document("chats", "sort:size", status=1)["error"]
    assert error["message"].startswith("sort: takes")


def test_hits_are_lines_of_their_own(run: Seeshell, lemons: int) -> None:
    (line,) = run("chats", "--hits", "lemons").splitlines()[-1:]
    assert line.split("\t")[0] == str(lemons)
    assert "lemons" in line.split("\t")[-1]
    hits = run.document("chats", "--hits", "lemons")["hits"]
    assert all("lemons" in it["snippet"].lower() for it in hits)
    run("chats", "--hits", "tag:x", status=1)
    assert "give words" in run.said


def test_a_conversation_is_shown_as_text_and_as_a_document(run: Seeshell, lemons: int) -> None:
    text = run("show", lemons)
    assert text.startswith("# What lemons are in the picture?\n")
    assert "(Picture 1: red-circle-blue-square.png, 800x600 pixels)" in text
    assert "> What lemons are in the picture?" in text
    kept = msgspec.convert(run.document("show", lemons), KeptConversation)
    assert [it.role for it in kept.messages] == ["user", "assistant"]
    assert kept.head == kept.messages[-1].uuid
    run("show", 99_999, status=1)
    assert run.said == "seeshell: There is no conversation 99999: it may have been deleted.\n"


def test_tags_are_given_taken_and_listed(run: Seeshell, lemons: int) -> None:
    assert run("tag", lemons, "+fruit", "+2026") == f"{lemons}\t2026, fruit\n"
    changed = run.document("tag", lemons, "-2026", "+a-b")
    assert changed == {"conversations": [{"id": lemons, "tags": ["a-b", "fruit"]}]}
    assert run.document("tag")["tags"] == [
        {"name": "a-b", "conversations": 1},
        {"name": "fruit", "conversations": 1},
    ]
    assert run.document("chats", "tag:fruit")["total"] == 1
    for wrong in (("+x",), (lemons, "fruit"), (lemons, "--bad")):
        run("tag", *wrong, status=1)
        assert run.said.startswith("seeshell: ")
    run("tag", lemons, "-fruit", "-a-b")


def test_what_is_deleted_can_be_restored_until_the_bin_is_emptied(run: Seeshell) -> None:
    conversation = run.document("ask", "To be removed")["conversation"]
    run("rm", conversation, status=1)
    assert run.said == "seeshell: Nobody can be asked here; add --yes to go on.\n"
    assert run("rm", "--yes", conversation) == f"deleted: {conversation}\n"
    assert run.said.endswith(f"seeshell rm --restore {conversation}\n")
    assert conversation in [it["id"] for it in run.document("chats", "is:bin")["conversations"]]
    assert run.document("rm", "--restore", conversation) == {"restored": [conversation]}
    assert run.document("chats")["conversations"][0]["id"] == conversation
    run("rm", "--empty-bin", "--yes", conversation, status=1)
    assert "is not in the bin" in run.said
    run("rm", "--yes", conversation)
    assert run.document("rm", "--empty-bin", "--yes", conversation) == {"removed": [conversation]}
    run("rm", "--restore", conversation, status=1)


def test_nothing_is_deleted_where_one_of_several_is_unknown(run: Seeshell, lemons: int) -> None:
    run("rm", "--yes", lemons, 99_999, status=1)
    assert run.document("chats", "lemons")["total"] == 1


def test_a_terminal_is_asked_before_anything_is_deleted(run: Seeshell, lemons: int) -> None:
    for answer, total in (("n", 1), ("y", 0)):
        with Installed(run.home).open("rm", str(lemons)) as terminal:
            terminal.wait_for(r"lemons are in the picture\?\s+Delete 1 conversation\? \[y/N\]")
            terminal.press(answer, "enter")
            terminal.wait_for("deleted")
            terminal.wait_for_exit()
        assert run.document("chats", "lemons", status=int(not total))["total"] == total
    run("rm", "--restore", lemons)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_written(run: Seeshell, lemons: int, tmp_path: Path, form: str) -> None:
    target = tmp_path / "out"
    told = run.document("export", "--chat", lemons, "--format", form, "-o", target)
    assert tuple(told) == EXPORT_KEYS
    assert all(key in help_texts.EXPORT for key in EXPORT_KEYS)
    assert (told["path"], told["conversations"], told["notes"]) == (str(target), 1, [])
    assert told["size_bytes"] == target.stat().st_size > 0
    run("export", "--chat", lemons, "--format", form, "-o", target, status=1)
    assert "is there already; add --force to replace it." in run.said
    assert run("export", "--chat", lemons, "--format", form, "-o", target, "--force") == (
        f"{target}\n"
    )


def test_a_picture_that_a_bundle_lacks_is_named_once(
    run: Seeshell, core: RunningCore, lemons: int, tmp_path: Path
) -> None:
    stored = core.paths.picture(hash_file(PICTURE))
    away = stored.rename(tmp_path / "away")
    target = tmp_path / "out.seeshell"
    told = run.document("export", "--chat", lemons, "--format", "bundle", "-o", target)
    away.rename(stored)
    (note,) = told["notes"]
    assert PICTURE.name in note


def test_a_search_is_exported_under_a_name_of_its_own(
    run: Seeshell, lemons: int, hello: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path(run("export", "lemons").strip())
    assert path.parent == tmp_path
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-What-lemons-are-in-the-picture\.html", path.name)
    run("export", "--all", "--format", "markdown", "-o", "all")
    assert len(list((tmp_path / "all").glob("*.md"))) == run.document("chats")["total"]


def test_an_export_goes_through_a_pipe(run: Seeshell, lemons: int) -> None:
    assert run("export", "--chat", lemons, "-o", "-").startswith("<!DOCTYPE html>")
    document = json.loads(run("export", "--chat", lemons, "-o", "-", "--format", "json"))
    assert document["conversations"] == [run.document("show", lemons)]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--all", "lemons"),
        ("lemons", "-o", "-", "--json"),
        ("lemons", "-o", "-", "--format", "bundle"),
        ("lemons", "-o", "-", "--format", "jsonl"),
        ("no such words",),
        ("lemons", "-o", "/none/out.html"),
    ],
)
def test_what_can_not_be_exported_is_one_sentence(
    run: Seeshell, lemons: int, arguments: tuple[str, ...]
) -> None:
    out = run("export", *arguments, status=1)
    sentence = json.loads(out)["error"]["message"] if "--json" in arguments else run.said
    assert len(sentence.strip().splitlines()) == 1

"""The commands on a private conversation, on a real core: they do what they do, off the disk."""

import asyncio
import base64
import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from seeshell.core.ipc.client import CoreClient
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.requests import DeleteConversation, SubmitTurn

from ....core.talk import Talk
from ....running_core import RunningCore
from ....traces import CAMERA, SECRET, draw_secret, leaks, written
from .test_chats import Seeshell


@pytest.fixture
def run(shared_demo_core: RunningCore, capsys: pytest.CaptureFixture[str]) -> Seeshell:
    return Seeshell(shared_demo_core, capsys)


@pytest.fixture(scope="module")
def photograph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_secret(tmp_path_factory.mktemp("photographs"), ".jpg")


@pytest.fixture(scope="module")
def here(shared_demo_core: RunningCore, photograph: Path) -> Iterator[int]:
    """A private conversation about the photograph, which a window has open."""
    conversation = asyncio.run(begin(shared_demo_core, f"What is this {SECRET}?", photograph))
    yield conversation
    asyncio.run(end(shared_demo_core, conversation))


async def begin(core: RunningCore, text: str, *pictures: Path) -> int:
    """Asks in a new private conversation, as a window does; returns its id."""
    client = await CoreClient.connect(core.paths)
    user = Talk(client)
    attached = [await user.request(Attach(path=str(it), is_private=True)) for it in pictures]
    keys = tuple(it.attachment.key for it in attached)
    queued = await user.request(SubmitTurn(text=text, attachments=keys, is_private=True))
    await user.end_of(queued)
    await client.close()
    return int(queued.conversation)


async def end(core: RunningCore, conversation: int) -> None:
    client = await CoreClient.connect(core.paths)
    await client.request(DeleteConversation(conversation=conversation))
    await client.close()


def pictures_in(form: str, path: Path) -> list[bytes]:
    """Returns the files of pictures that an export holds, or has beside it."""
    if form == "html":
        urls = re.findall(r"data:image/jpeg;base64,([^\"]+)", path.read_text())
        return [base64.b64decode(it) for it in urls]
    if form == "bundle":
        with ZipFile(path) as bundle:
            return [bundle.read(it) for it in bundle.namelist() if it.startswith("pictures/")]
    return [it.read_bytes() for it in path.parent.glob("*/*.jpg")]


@pytest.mark.parametrize("form", ["html", "markdown", "jsonl", "bundle"])
def test_an_export_has_its_pictures_and_nothing_is_anywhere_else(
    run: Seeshell, here: int, photograph: Path, tmp_path: Path, form: str
) -> None:
    folder = tmp_path / "taken"
    folder.mkdir()
    target = folder / "out"
    with written() as places:
        told = run.document(
            "export", "--chat", here, "--format", form, "-o", target, "--strip-metadata"
        )
    assert told["notes"] == []
    (picture,) = pictures_in(form, target)
    assert CAMERA.encode() not in picture
    assert picture != photograph.read_bytes()
    assert picture[-900:] == photograph.read_bytes()[-900:]
    assert {it.name for it in places if folder not in it.parents} <= {"core.lock"}
    assert leaks(photograph, run.home) == []


def test_json_names_its_pictures_and_says_what_takes_them_along(
    run: Seeshell, here: int, photograph: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out.json"
    told = run.document("export", "--chat", here, "--format", "json", "-o", target)
    (note,) = told["notes"]
    assert note.endswith("as a bundle it takes them along.")
    shown = run("show", here, "--json")
    for document in (target.read_text(), shown):
        assert photograph.name in document
        assert "/proc/" not in document


def test_a_picture_that_is_gone_is_named_and_the_rest_is_exported(
    run: Seeshell, here: int, photograph: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the user's own file is read, and was moved since."""
    monkeypatch.setattr(Path, "is_file", lambda _: False)
    told = run.document("export", "--chat", here, "-o", tmp_path / "out.html")
    why = "its file is gone, and no copy is made for a private conversation."
    assert told["notes"] == [f"{photograph.name} is missing from the export: {why}"]


def test_only_who_names_it_takes_it_along(run: Seeshell, here: int, tmp_path: Path) -> None:
    run.document("ask", "Hello there")
    told = run.document("export", "--all", "-o", tmp_path / "all.html")
    assert told["notes"] == ["Private conversations are left out: name them with --chat ID."]
    assert SECRET not in (tmp_path / "all.html").read_text()
    for query in (SECRET, f"picture:{SECRET}"):
        run("export", query, "-o", tmp_path / "none.html", status=1)
    assert not (tmp_path / "none.html").exists()


def test_it_is_shown_and_tagged_and_learned_from_by_nobody(
    run: Seeshell, here: int, photograph: Path
) -> None:
    assert f"> What is this {SECRET}?" in run("show", here)
    assert run("tag", here, "+fruit") == f"{here}\tfruit\n"
    assert "fruit" not in run("tag")
    (row,) = [it for it in run.document("chats")["conversations"] if it["id"] == here]
    assert (row["is_private"], row["tags"]) == (True, ["fruit"])
    run("chats", "tag:fruit", status=1)
    run("chats", "--hits", SECRET, status=1)
    run("tune", "birds", "--from", here, status=1)
    assert "is private, and what is learned comes on the disk" in run.said
    assert leaks(photograph, run.home) == []


def test_a_question_from_another_terminal_brings_no_picture_onto_the_disk(
    run: Seeshell, here: int, photograph: Path, tmp_path: Path
) -> None:
    another = draw_secret(tmp_path / "other", ".png")
    with written() as places:
        told = run.document("ask", "--chat", here, "-i", another, f"And this {SECRET}?")
    assert told["conversation"] == here
    assert {it.name for it in places} <= {"core.lock"}
    for picture in (photograph, another):
        assert leaks(picture, run.home) == []


def test_it_is_removed_for_good_and_that_is_said(
    run: Seeshell, shared_demo_core: RunningCore
) -> None:
    here = asyncio.run(begin(shared_demo_core, "Hello there"))
    assert run("rm", "--yes", here) == f"deleted: {here}\n"
    assert run.said == "Private conversations lie in no bin: they are gone for good.\n"
    run("show", here, status=1)
    run("rm", "--restore", here, status=1)

"""Bundles that strangers made to do harm: one sentence each, and nothing written by their names."""

import io
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import msgspec
import pytest

from seeshell.core.conversation import TextPart
from seeshell.core.errors import TransferError
from seeshell.core.messages.library_requests import ExportBundle
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.store.archive import Archive
from seeshell.core.transfer.bundle_format import MOST_DIRECTORY_BYTES
from seeshell.core.transfer.bundle_reader import BundleReader
from seeshell.core.transfer.checked import read_conversation

from ..kept_samples import make_sample
from ..talk import Listener, carry_out
from .conftest import TakeIn, write_bundle

_MANIFEST = b'{"format":"seeshell bundle","version":1,"made_by":"x"}'
_KEPT, _PICTURES = make_sample(1, 1, 1)
_UUID = _KEPT[0].uuid
_NAME = f"conversations/{_UUID}.json"
_DOCUMENT: dict[str, Any] = msgspec.to_builtins(_KEPT[0])


def _write(path: Path, files: list[tuple[str | ZipInfo, bytes]], kind: int = ZIP_STORED) -> Path:
    with ZipFile(path, "w", kind) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return path


def files_below(folder: Path) -> list[str]:
    return [it.name for it in folder.rglob("*") if it.is_file()]


def _link(name: str) -> ZipInfo:
    entry = ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([], "it has no manifest.json"),
        ([("manifest.json", b"[]")], "its manifest.json is none of seeshell"),
        ([("manifest.json", b'{"format":"\xa0"}')], "its manifest.json is none of seeshell"),
        ([("manifest.json", b'{"a":' * 5000)], "its manifest.json is none of seeshell"),
        ([("manifest.json", b" " * 70_000)], "manifest.json has more than 64 kB"),
        (
            [("manifest.json", _MANIFEST.replace(b"1", b"2"))],
            "was made by a newer seeshell",
        ),
        ([("manifest.json", _MANIFEST)] * 2, "two files of the same name"),
        ([("manifest.json", _MANIFEST), (_link("pictures/x"), b"/etc/passwd")], "it holds a link"),
    ],
)
def test_a_bundle_that_is_none_is_refused_in_one_sentence(
    files: list[tuple[str | ZipInfo, bytes]], told: str, tmp_path: Path
) -> None:
    with pytest.raises(TransferError, match=told) as caught:
        BundleReader(_write(tmp_path / "in.seeshell", files))
    assert "\n" not in str(caught.value)


def test_packed_files_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    files = [("manifest.json", _MANIFEST), (_NAME, b" " * 50_000_000)]
    with pytest.raises(TransferError, match="its files are compressed"):
        BundleReader(_write(tmp_path / "in.seeshell", files, ZIP_DEFLATED))


def test_a_list_of_files_without_end_is_refused(tmp_path: Path) -> None:
    name = ZipInfo("x" * 60_000)
    name.comment = b"y" * 60_000
    name.header_offset = name.CRC = 0
    path = tmp_path / "in.seeshell"
    with ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", _MANIFEST)
        for _ in range(MOST_DIRECTORY_BYTES // 120_000 + 2):
            archive.filelist.append(name)
    with pytest.raises(TransferError, match="it is damaged, or something else"):
        BundleReader(path)


async def test_names_that_lead_elsewhere_are_told_and_nothing_is_written(
    take_in: TakeIn, tmp_path: Path
) -> None:
    names = [
        "../../evil",
        "/tmp/evil",
        "conversations/../../evil.json",
        "pictures/..",
        "C:\\evil",
        "~/evil",
    ]
    files = [("manifest.json", _MANIFEST), *((name, b"evil") for name in names)]
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    imported = await take_in(_write(folder / "in.seeshell", files))
    assert f"{len(names)} files in it are no part of a bundle" in imported.left_out[0]
    assert imported.added == ()
    assert files_below(tmp_path) == ["in.seeshell"]


def _changed(**fields: object) -> dict[str, Any]:
    return {**_DOCUMENT, **fields}


def _with_first(**fields: object) -> dict[str, Any]:
    first, *rest = _DOCUMENT["messages"]
    return _changed(messages=[{**first, **fields}, *rest])


_MESSAGE: dict[str, Any] = _DOCUMENT["messages"][0]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (_changed(uuid="../x"), "its uuid is none"),
        (_changed(uuid="0" * 8 + _UUID[8:]), "its file is another one's"),
        (_changed(title=3), "Expected `str`"),
        (_changed(messages=[]), "it has no messages"),
        (_changed(created_at=-1), "its time makes no sense"),
        (_changed(updated_at=1e300), "its time makes no sense"),
        (_changed(head="0" * 8 + _UUID[8:]), "what it shows last"),
        (_changed(messages=[_MESSAGE, _MESSAGE]), "two of its messages are the same"),
        (_changed(messages=[{**_MESSAGE, "parent": _MESSAGE["uuid"]}]), "comes before it"),
        (_changed(messages=[{**_MESSAGE, "parent": _UUID}]), "comes before it"),
        (_with_first(role="system"), "Invalid enum value"),
        (_with_first(created_at=1e12), "time of a message"),
        (_with_first(parts=[{"type": "text", "text": ""}] * 1001), "more than 1,000 parts"),
        (_with_first(model="x" * 5000), "a name in it is too long"),
        (_changed(tags=["x" * 61]), "too long for a tag"),
        (
            _with_first(
                parts=[
                    {"type": "picture", "sha256": "../../x", "name": "", "width": 1, "height": 1}
                ]
            ),
            "named by no sha256",
        ),
        (
            _with_first(
                parts=[
                    {"type": "picture", "sha256": "0" * 64, "name": "", "width": -1, "height": 1}
                ]
            ),
            "the size of a picture",
        ),
    ],
)
def test_a_conversation_that_makes_no_sense_is_left_out_in_one_sentence(
    document: dict[str, Any], told: str
) -> None:
    with pytest.raises(TransferError, match=f"is left out: .*{re.escape(told)}"):
        read_conversation(_UUID, msgspec.json.encode(document))


@pytest.mark.parametrize(
    "document",
    [b"", b"{", b"\xff", b"[" * 100_000, b'{"uuid":"' + b'\\ud800"', b'{"x":' + b"[" * 9000],
)
def test_json_that_is_none_is_left_out_in_one_sentence(document: bytes) -> None:
    with pytest.raises(TransferError, match="is left out: its file is damaged"):
        read_conversation(_UUID, document)


async def test_what_is_left_out_leaves_the_others(
    take_in: TakeIn, archive: Archive, tmp_path: Path
) -> None:
    other = f"conversations/{'0' * 8 + _UUID[8:]}.json"
    good = msgspec.json.encode(_changed(messages=[{**_MESSAGE, "parts": []}], head=None))
    files: list[tuple[str | ZipInfo, bytes]] = [
        ("manifest.json", _MANIFEST),
        (other, b"{"),
        (_NAME, good),
    ]
    imported = await take_in(_write(tmp_path / "in.seeshell", files))
    assert len(imported.added) == len(await archive.list_conversation_ids()) == 1
    assert len(imported.left_out) == 1


async def test_controls_in_a_title_and_a_server_are_not_taken_over(
    take_in: TakeIn, archive: Archive, tmp_path: Path
) -> None:
    document = _changed(
        title="a\0b\x1b[31m\nc",
        choices={"model": "http://evil.example/v1", "adapter": "/x"},
        messages=[{**_MESSAGE, "parts": [{"type": "text", "text": "a\0b\x1b[2J"}]}],
        head=_MESSAGE["uuid"],
    )
    files = [("manifest.json", _MANIFEST), (_NAME, msgspec.json.encode(document))]
    imported = await take_in(_write(tmp_path / "in.seeshell", files))
    kept = (await archive.library.read_tree(imported.added[0])).conversation
    assert kept.title == "ab[31m c"
    assert (kept.choices.model, kept.choices.adapter) == ("", "")
    assert "evil.example" in imported.left_out[0]
    # What was said stays as it was said; who shows it makes it visible.
    assert kept.messages[0].parts == (TextPart("a\0b\x1b[2J"),)


async def test_a_picture_with_other_bytes_is_left_out(
    take_in: TakeIn, archive: Archive, tmp_path: Path
) -> None:
    ((sha256, content),) = _PICTURES.items()
    picture = {"type": "picture", "sha256": sha256, "name": "a", "width": 1, "height": 1}
    files = [
        ("manifest.json", _MANIFEST),
        (_NAME, msgspec.json.encode(_with_first(parts=[picture]))),
        (f"pictures/{sha256}", content + b"x"),
    ]
    imported = await take_in(_write(tmp_path / "in.seeshell", files))
    assert "A picture in in.seeshell is damaged" in imported.left_out[0]
    kept = (await archive.library.read_tree(imported.added[0])).conversation
    assert kept.messages[0].parts == (TextPart("[picture missing: a]"),)


async def test_messages_of_another_conversation_are_not_taken_over(
    take_in: TakeIn, archive: Archive, tmp_path: Path
) -> None:
    await take_in(write_bundle(tmp_path / "1.seeshell", make_sample(1, 1, 1)))
    other = "0" * 8 + _UUID[8:]
    files = [
        ("manifest.json", _MANIFEST),
        (f"conversations/{other}.json", msgspec.json.encode(_changed(uuid=other))),
    ]
    imported = await take_in(_write(tmp_path / "in.seeshell", files))
    assert "its messages are in another one here" in imported.left_out[0]
    assert len(await archive.list_conversation_ids()) == 1


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_file_is_refused_at_once(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "in.seeshell")
    with pytest.raises(TransferError, match=r"in\.seeshell"):
        BundleReader(tmp_path / "in.seeshell")


async def test_a_place_that_can_not_be_written_is_refused(
    sessions: Sessions, client: Listener
) -> None:
    for path in ("relative.seeshell", "/nowhere/at/all.seeshell", "/tmp/a\0b"):
        with pytest.raises(TransferError) as caught:
            await carry_out(sessions, ExportBundle(conversations=(), path=path), client)
        assert "\n" not in str(caught.value)


async def test_a_file_that_is_there_is_never_overwritten(
    sessions: Sessions, client: Listener, tmp_path: Path
) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("mine")
    with pytest.raises(TransferError, match="is there already"):
        await carry_out(sessions, ExportBundle(conversations=(), path=str(path)), client)
    assert path.read_text() == "mine"
    assert files_below(tmp_path) == ["mine.txt"]


async def test_a_new_bundle_is_private_and_leftovers_of_a_kill_go(
    sessions: Sessions, client: Listener, tmp_path: Path
) -> None:
    leftover = tmp_path / ".out.seeshell.abc.unfinished"
    leftover.write_bytes(b"half")
    path = tmp_path / "out.seeshell"
    await carry_out(sessions, ExportBundle(conversations=(), path=str(path)), client)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert files_below(tmp_path) == ["out.seeshell"]
    assert io.BytesIO(path.read_bytes()).read(2) == b"PK"

"""Exports as files: JSON and training rows, nothing overwritten, nothing half there."""

import json
import os
import stat
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from seeshell.core.errors import NotStored, TransferError
from seeshell.core.kept import KeptConversation
from seeshell.core.settings import Paths
from seeshell.tui.export import (
    FORMS,
    ExportChoices,
    ExportSource,
    StoredPictures,
    export_pieces,
    write_export,
)

from .conversations import (
    MAX_PIXELS,
    branched,
    conversation,
    exported,
    jpeg,
    message,
    source_of,
    store,
)

WRITTEN_HERE = [form for form in FORMS if form != "bundle"]


def names(folder: Path) -> list[str]:
    return sorted(it.name for it in folder.rglob("*"))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_json_is_read_back_as_the_same_conversations(paths: Paths, tmp_path: Path) -> None:
    picture = store(paths, jpeg(), "stall.jpg")
    kept = [branched(), conversation(message("q", None, "user", picture, "\x1b\u2028\ud7ff"))]
    await exported(paths, tmp_path / "a.json", ExportChoices("json"), *kept)
    document = json.loads((tmp_path / "a.json").read_text())
    assert list(document) == ["conversations"]
    assert msgspec.convert(document["conversations"], list[KeptConversation]) == kept
    assert names(tmp_path) == ["a.json"]


async def test_rows_are_what_the_trainer_reads(paths: Paths, tmp_path: Path) -> None:
    picture = store(paths, jpeg(), "stall.jpg")
    kept = conversation(
        message("q", None, "user", picture, "What?"),
        message("a", "q", "assistant", "Lemons."),
        message("q2", "a", "user", "How many?"),
        message("b", "q2", "assistant", "Three."),
    )
    target = tmp_path / "a.jsonl"
    written, _ = await exported(paths, target, ExportChoices("jsonl"), kept, system="Be brief.")
    first, second = map(json.loads, target.read_text().splitlines())
    (image,) = first["images"]
    assert written.pictures == 1
    assert (tmp_path / image).is_file()
    assert second["images"] == [image]
    assert first["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What?"}]},
        {"role": "assistant", "content": "Lemons."},
    ]
    assert second["messages"][-1] == {"role": "assistant", "content": "Three."}


async def test_where_answers_were_corrected_these_are_the_rows(
    paths: Paths, tmp_path: Path
) -> None:
    corrected = replace(message("c", "q3", "assistant", "right"), is_corrected=True)
    kept = branched()
    kept = replace(kept, messages=(*kept.messages, corrected))
    for all_branches, learned in ((False, ["one", "two"]), (True, ["right"])):
        choices = ExportChoices("jsonl", all_branches=all_branches, replaces=True)
        await exported(paths, tmp_path / "a.jsonl", choices, kept)
        rows = map(json.loads, (tmp_path / "a.jsonl").read_text().splitlines())
        assert [row["messages"][-1]["content"] for row in rows] == learned


async def test_a_row_without_its_picture_is_left_out_and_that_is_said(
    paths: Paths, tmp_path: Path
) -> None:
    picture = store(paths, jpeg(), "stall.jpg")
    paths.picture(picture.sha256).unlink()
    kept = conversation(
        message("q", None, "user", picture, "What?"), message("a", "q", "assistant", "Lemons.")
    )
    _, notes = await exported(paths, tmp_path / "a.jsonl", ExportChoices("jsonl"), kept)
    assert (tmp_path / "a.jsonl").read_text() == ""
    assert notes == ["stall.jpg is missing from the export: its file is gone from the store."]


@pytest.mark.parametrize("form", WRITTEN_HERE)
async def test_nothing_is_overwritten_unless_that_is_wished(
    paths: Paths, tmp_path: Path, form: str
) -> None:
    target = tmp_path / "a"
    target.write_text("mine")
    choices = ExportChoices(form)  # type: ignore[arg-type]
    with pytest.raises(
        TransferError, match=f"{target} is there already; add --force to replace it."
    ):
        await exported(paths, target, choices, branched())
    assert (target.read_text(), names(tmp_path)) == ("mine", ["a"])
    await exported(paths, target, choices._replace(replaces=True), branched())
    assert target.read_text() != "mine"
    assert names(tmp_path) == ["a"]


async def test_the_users_own_files_stay_where_a_folder_is_replaced(
    paths: Paths, tmp_path: Path
) -> None:
    picture = store(paths, jpeg(), "stall.jpg")
    kept = conversation(message("q", None, "user", picture, "What?"))
    target, choices = tmp_path / "out", ExportChoices("markdown", replaces=True)
    await exported(paths, target, choices, kept, branched())
    own = target / "Market-stall-pictures" / "mine.txt"
    own.parent.mkdir()
    own.write_text("mine")
    before = names(tmp_path)
    await exported(paths, target, choices, kept, branched())
    assert own.read_text() == "mine"
    assert names(tmp_path) == before


@pytest.mark.parametrize("form", WRITTEN_HERE)
@pytest.mark.parametrize("count", [1, 3])
async def test_an_export_that_fails_leaves_nothing(
    paths: Paths, tmp_path: Path, form: str, count: int
) -> None:
    picture = store(paths, jpeg(), "stall.jpg")
    first = conversation(
        message("q", None, "user", picture, "What?"), message("a", "q", "assistant", "Lemons.")
    )

    async def read(number: int) -> KeptConversation:
        if number == count:
            raise NotStored("There is no such conversation.")
        return first

    pictures = StoredPictures(paths, MAX_PIXELS)
    source = ExportSource(range(1, count + 1), read, "title", lambda _: "", pictures)
    with pytest.raises(NotStored):
        await write_export(source, tmp_path / "a", ExportChoices(form))  # type: ignore[arg-type]
    await pictures.close()
    assert names(tmp_path) == []


async def test_a_folder_that_is_missing_is_one_sentence(paths: Paths, tmp_path: Path) -> None:
    target = tmp_path / "none" / "a.html"
    with pytest.raises(TransferError, match="can't be written: No such file or directory"):
        await exported(paths, target, ExportChoices(), branched())


async def test_the_users_umask_says_who_may_read_it(paths: Paths, tmp_path: Path) -> None:
    picture = store(paths, jpeg(), "stall.jpg")
    paths.picture(picture.sha256).chmod(0o600)
    kept = conversation(message("q", None, "user", picture, "What?"))
    before = os.umask(0o027)
    try:
        choices = ExportChoices("markdown", keeps_metadata=True)
        await exported(paths, tmp_path / "a.md", choices, kept)
    finally:
        os.umask(before)
    file = f"stall-{picture.sha256[:8]}.jpg"
    assert mode(tmp_path / "a.md") == 0o640
    assert mode(tmp_path / "a-pictures") == 0o750
    assert mode(tmp_path / "a-pictures" / file) == 0o640


async def test_rows_without_a_place_for_their_pictures_are_refused(paths: Paths) -> None:
    pictures = StoredPictures(paths, MAX_PIXELS)
    pieces = export_pieces(source_of([branched()], pictures), ExportChoices("jsonl"), None)
    with pytest.raises(TransferError, match="give --output a path"):
        await anext(pieces)
    await pictures.close()

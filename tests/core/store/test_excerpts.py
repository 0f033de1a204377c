"""Pages and rectangles of a file are pictures of their own, and the file is stored once."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from seeshell.core.conversation import Attachment
from seeshell.core.errors import ImageError, NotStored
from seeshell.core.excerpt import WHOLE, Excerpt, Region
from seeshell.core.settings import Paths
from seeshell.core.store.archive import Archive
from seeshell.core.store.stored_turns import NewQuestion

from ..stored import ask, draw, files, pass_days

LEFT, RIGHT = Excerpt(region=Region(0, 0, 20, 30)), Excerpt(region=Region(20, 0, 20, 30))


async def attach(
    archive: Archive, path: Path, excerpt: Excerpt = WHOLE, window: str = ""
) -> Attachment:
    return (await archive.pictures.attach(path, "", window, excerpt)).picture


async def clean(archive: Archive) -> None:
    await archive.purge()
    await archive.sweep()


async def test_whatever_of_a_file_is_attached_its_bytes_are_stored_once(
    archive: Archive, tmp_path: Path, paths: Paths
) -> None:
    photo = draw(tmp_path, "photo.png")
    pictures = [await attach(archive, photo, it) for it in (WHOLE, LEFT, RIGHT)]
    assert [it.label for it in pictures] == [
        "photo.png",
        "photo.png@0,0,20,30",
        "photo.png@20,0,20,30",
    ]
    assert [(it.width, it.height) for it in pictures] == [(40, 30), (20, 30), (20, 30)]
    assert pictures[0].key == pictures[0].sha256
    assert files(paths) == [paths.picture(pictures[0].sha256)]
    assert await archive.pictures.find([it.key for it in pictures]) == pictures


async def test_a_crop_of_a_crop_is_cut_from_the_file(
    archive: Archive, tmp_path: Path, paths: Paths
) -> None:
    outer = await attach(archive, draw(tmp_path, "photo.png"), RIGHT)
    inner = Region(5, 6, 7, 8).of(outer.excerpt.region)
    copy = paths.picture(outer.sha256)
    crop = await attach(archive, copy, Excerpt(region=inner))
    assert crop.excerpt.region == Region(25, 6, 7, 8)
    assert (crop.sha256, crop.width, crop.height) == (outer.sha256, 7, 8)
    assert files(paths) == [copy]


async def test_a_stored_file_that_was_altered_is_no_other_picture(
    archive: Archive, tmp_path: Path, paths: Paths
) -> None:
    stored = await attach(archive, draw(tmp_path, "photo.png"))
    copy = paths.picture(stored.sha256)
    content = copy.read_bytes()
    Image.new("RGB", (40, 30), "green").save(copy, "PNG")
    with pytest.raises(NotStored, match=r"photo\.png was altered"):
        await archive.pictures.attach(copy, "photo.png", "", LEFT)
    assert files(paths) == [copy]
    copy.write_bytes(content)
    assert (await archive.pictures.attach(copy, "photo.png", "", LEFT)).picture.excerpt == LEFT
    copy.unlink()
    with pytest.raises(NotStored, match=r"photo\.png is missing"):
        await archive.pictures.attach(copy, "photo.png", "", LEFT)


async def test_a_crop_of_a_stored_file_writes_no_file(
    archive: Archive, tmp_path: Path, paths: Paths
) -> None:
    stored = await attach(archive, draw(tmp_path, "photo.png"))
    copy = paths.picture(stored.sha256)
    folder = paths.pictures_dir
    before = copy.stat().st_ino, folder.stat().st_mtime_ns
    crop = (await archive.pictures.attach(copy, "photo.png", "", LEFT)).picture
    assert crop.label == "photo.png@0,0,20,30"
    assert (copy.stat().st_ino, folder.stat().st_mtime_ns) == before


async def test_pages_are_pictures_and_their_number_is_told(
    archive: Archive, tmp_path: Path, paths: Paths
) -> None:
    path = tmp_path / "scan.tif"
    pages = [Image.new("RGB", (10 * number, 5), "red") for number in (1, 2, 3)]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    third = await archive.pictures.attach(path, "", "", Excerpt(3))
    assert (third.picture.label, third.picture.width, third.pages) == ("scan.tif#3", 30, 3)
    first = await archive.pictures.attach(path, "")
    assert (first.picture.key, first.picture.width, first.pages) == (third.picture.sha256, 10, 3)
    assert len(files(paths)) == 1


async def test_a_rectangle_is_cut_to_the_picture_and_one_outside_is_refused(
    archive: Archive, tmp_path: Path, paths: Paths
) -> None:
    photo = draw(tmp_path, "photo.png")
    cut = await attach(archive, photo, Excerpt(region=Region(30, 20, 900, 900)))
    assert cut.excerpt.region == Region(30, 20, 10, 10)
    assert cut.note
    assert await archive.pictures.find([cut.key]) == [cut]
    with pytest.raises(ImageError, match="40x30"):
        await attach(archive, draw(tmp_path, "other.png"), Excerpt(region=Region(40, 0, 5, 5)))
    with pytest.raises(ImageError, match="page"):
        await attach(archive, draw(tmp_path, "other.png"), Excerpt(2))
    assert files(paths) == [paths.picture(cut.sha256)]


async def test_messages_keep_their_excerpts_and_forks_do_too(
    archive: Archive, tmp_path: Path
) -> None:
    photo = draw(tmp_path, "photo.png")
    left, right = await attach(archive, photo, LEFT), await attach(archive, photo, RIGHT)
    turn = await ask(archive, "", "Two halves.", pictures=[left, right, left])
    read = await archive.read_conversation(turn.conversation)
    assert read.messages[0].attachments == (left, right, left)
    assert read.summary.title.startswith("photo.png@0,0,20,30, photo.png@20,0,20,30")
    fork = await archive.fork_conversation(turn.conversation, turn.answer.id)
    assert fork.messages[0].attachments == (left, right, left)


async def test_a_picture_that_was_not_attached_is_not_stored_whatever_else_of_its_file_is(
    archive: Archive, tmp_path: Path
) -> None:
    left = await attach(archive, draw(tmp_path, "photo.png"), LEFT)
    for key in (left.sha256, f"{left.sha256}@0,0,20,29", f"{left.sha256}#2", "", "@0,0,1,1"):
        with pytest.raises(NotStored, match="attach it again"):
            await archive.pictures.find([key])


async def test_a_file_goes_with_the_last_of_its_pictures(
    archive: Archive, tmp_path: Path, paths: Paths
) -> None:
    photo = draw(tmp_path, "photo.png")
    sent, queued = await attach(archive, photo, LEFT), await attach(archive, photo, RIGHT)
    whole = await attach(archive, photo, window="window")
    turn = await ask(archive, "Left?", "Yes.", pictures=[sent])
    waits = await archive.turns.submit(None, NewQuestion("waits", "Right?", [queued]))
    copy = paths.picture(whole.sha256)

    await archive.delete_conversation(turn.conversation)
    pass_days(paths, 31)
    await archive.pictures.claim("window", [whole.key])
    await clean(archive)
    assert stored_keys(paths) == {queued.key, whole.key}
    await archive.pictures.claim("window", ())
    pass_days(paths, 2)
    await clean(archive)
    assert (stored_keys(paths), files(paths)) == ({queued.key}, [copy])
    await archive.turns.remove_queued(waits.conversation, "waits")
    pass_days(paths, 2)
    await clean(archive)
    assert (stored_keys(paths), files(paths)) == (set(), [])


async def test_pictures_of_one_file_that_go_together_take_it_with_them(
    archive: Archive, tmp_path: Path, paths: Paths
) -> None:
    photo = draw(tmp_path, "photo.png")
    for excerpt in (WHOLE, LEFT, RIGHT):
        await attach(archive, photo, excerpt)
    pass_days(paths, 2)
    await archive.purge()
    assert (stored_keys(paths), files(paths)) == (set(), [])


async def test_each_picture_of_a_file_has_a_name_and_a_note_of_its_own(
    archive: Archive, tmp_path: Path
) -> None:
    photo = draw(tmp_path, "photo.png")
    whole = await attach(archive, photo)
    cut = Excerpt(region=Region(30, 20, 900, 900))
    renamed = (await archive.pictures.attach(photo, "renamed.png", "", cut)).picture
    assert await archive.pictures.find([whole.key, renamed.key]) == [whole, renamed]
    assert (whole.name, whole.note, renamed.name) == ("photo.png", "", "renamed.png")


def stored_keys(paths: Paths) -> set[str]:
    with closing(sqlite3.connect(paths.database)) as database:
        return {key for (key,) in database.execute("SELECT key FROM picture")}

"""Copies of pictures: whole, named by their bytes, and the user's alone."""

import asyncio
import os
import resource
import signal
import socket
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from seeshell.core.errors import ImageError, NotStored, StoreError
from seeshell.core.images import hash_file
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import Paths
from seeshell.core.store.archive import Archive
from seeshell.core.store.picture_files import PictureFiles
from seeshell.core.store.stored_turns import NewQuestion

from ...patience import PATIENCE

# ruff: noqa: ASYNC240 - what these tests do to files takes no time


@pytest.fixture
async def pictures(paths: Paths, workers: PictureWorkers) -> PictureFiles:
    return PictureFiles(paths, 1_000_000, workers)


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_copy_is_named_by_its_bytes_and_outlives_the_original(
    pictures: PictureFiles, picture: Path, paths: Paths
) -> None:
    content = picture.read_bytes()
    attachment = (await pictures.add(picture, "")).picture
    assert (attachment.name, attachment.width, attachment.height) == ("circle.png", 224, 224)
    assert attachment.sha256 == hash_file(picture)
    picture.unlink()
    copy = pictures.check(attachment)
    assert copy == paths.picture(attachment.sha256)
    assert copy.read_bytes() == content
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700


async def test_the_same_picture_twice_is_one_file(
    pictures: PictureFiles, picture: Path, paths: Paths
) -> None:
    first, second = [(await pictures.add(picture, name)).picture for name in ("one", "two")]
    assert (first.name, second.name, first.sha256) == ("one", "two", second.sha256)
    assert files_below(paths.pictures_dir) == [paths.picture(first.sha256)]


async def test_a_copy_that_was_altered_is_noticed_and_made_whole_by_attaching_again(
    pictures: PictureFiles, picture: Path, paths: Paths
) -> None:
    attachment = (await pictures.add(picture, "")).picture
    pictures.check(attachment)
    copy = paths.picture(attachment.sha256)
    copy.write_bytes(copy.read_bytes()[:-1] + b"x")
    with pytest.raises(NotStored, match="altered: attach it again"):
        pictures.check(attachment)
    await pictures.add(picture, "")
    assert pictures.check(attachment) == copy


async def test_a_deleted_copy_is_gone_and_may_be_deleted_again(
    pictures: PictureFiles, picture: Path, paths: Paths
) -> None:
    attachment = (await pictures.add(picture, "")).picture
    pictures.delete([attachment.sha256, attachment.sha256])
    assert files_below(paths.pictures_dir) == []
    with pytest.raises(NotStored, match="missing"):
        pictures.check(attachment)


async def test_what_is_no_picture_leaves_no_trace(pictures: PictureFiles, paths: Paths) -> None:
    text = paths.data_dir / "letter.png"
    paths.data_dir.mkdir(parents=True)
    text.write_text("Dear Sir")
    with pytest.raises(ImageError, match=r"letter\.png"):
        await pictures.add(text, "")
    assert files_below(paths.pictures_dir) == []


async def test_what_crashes_left_of_copies_is_deleted_once_it_is_old(
    pictures: PictureFiles, picture: Path, paths: Paths
) -> None:
    attachment = (await pictures.add(picture, "")).picture
    for name, age in ((".copy-old", 3_600), (".copy-new", 0)):
        half = paths.pictures_dir / name
        half.write_bytes(b"half")
        os.utime(half, (time.time() - age,) * 2)
    pictures.delete_unfinished(before=time.time() - 60)
    assert sorted(files_below(paths.pictures_dir)) == [
        paths.pictures_dir / ".copy-new",
        paths.picture(attachment.sha256),
    ]


async def test_copies_are_listed_by_when_they_were_written_and_other_files_are_not(
    pictures: PictureFiles, picture: Path, paths: Paths
) -> None:
    attachment = (await pictures.add(picture, "")).picture
    (paths.picture(attachment.sha256).parent / "letter.txt").write_text("Dear Sir")
    (paths.pictures_dir / ".DS_Store").write_text("")
    written_at = paths.picture(attachment.sha256).stat().st_mtime
    assert pictures.list_unchanged(written_at, written_at + 1) == [attachment.sha256]
    assert pictures.list_unchanged(written_at + 1, written_at + 2) == []
    assert pictures.list_unchanged(written_at - 1, written_at) == []


async def test_missing_files_folders_and_pipes_are_refused_at_once(
    pictures: PictureFiles, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path / "nothing.png", tmp_path, pipe):
        with pytest.raises(ImageError, match=str(path)):
            await pictures.add(path, "")
    with pytest.raises(ImageError, match=r"a␀b can't be opened \(it holds a NUL character\)"):
        await pictures.add(tmp_path / "a\0b", "")


async def test_a_picture_of_too_many_pixels_is_not_copied(
    paths: Paths, picture: Path, workers: PictureWorkers
) -> None:
    with pytest.raises(ImageError, match=r"circle\.png has 224x224 pixels, more than the limit"):
        await PictureFiles(paths, 10, workers).add(picture, "")
    assert files_below(paths.pictures_dir) == []


@contextmanager
def disk_that_holds(size: int) -> Iterator[None]:
    """Lets no file of this process grow beyond a size, which fails as a full disk does."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


async def test_a_copy_that_does_not_fit_the_disk_is_reported_and_leaves_no_trace(
    pictures: PictureFiles, picture: Path, paths: Paths
) -> None:
    with disk_that_holds(100), pytest.raises(StoreError, match=r"circle\.png can't be copied"):
        await pictures.add(picture, "")
    assert files_below(paths.pictures_dir) == []


def make_folder(place: Path) -> None:
    place.mkdir()


def make_pipe(place: Path) -> None:
    os.mkfifo(place)


def make_loop(place: Path) -> None:
    place.symlink_to(place.name)


def make_socket(place: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))


INTRUDERS = [make_folder, make_pipe, make_loop, make_socket]


@pytest.mark.parametrize("make", INTRUDERS)
async def test_what_lies_in_place_of_a_copy_is_said_at_once_and_replaced_if_it_is_no_folder(
    pictures: PictureFiles, picture: Path, paths: Paths, make: Callable[[Path], None]
) -> None:
    attachment = (await pictures.add(picture, "")).picture
    place = paths.picture(attachment.sha256)
    place.unlink()
    make(place)
    sentence = r"^The stored copy of circle\.png is missing or can't be read: "
    if make is make_folder:
        with pytest.raises(NotStored, match=rf"{sentence}move the folder {place} away\.$"):
            pictures.check(attachment)
        with pytest.raises(StoreError, match=rf"{place} is a folder; move it away and attach"):
            await pictures.add(picture, "")
        pictures.delete([attachment.sha256])
        assert place.is_dir()
        place.rmdir()
    else:
        with pytest.raises(NotStored, match=rf"{sentence}attach it again\.$"):
            pictures.check(attachment)
    assert (await pictures.add(picture, "")).picture == attachment
    assert pictures.check(attachment) == place
    assert files_below(paths.pictures_dir) == [place]


@pytest.mark.parametrize("make", INTRUDERS)
async def test_sweeping_stumbles_over_nothing(
    pictures: PictureFiles, paths: Paths, make: Callable[[Path], None]
) -> None:
    paths.pictures_dir.mkdir(parents=True)
    make(paths.pictures_dir / ".copy-abc")
    pictures.delete_unfinished(before=time.time() + 60)
    assert [it.is_dir() for it in paths.pictures_dir.iterdir()] == [True] * (make is make_folder)


async def test_an_attach_that_is_given_up_leaves_no_trace(
    pictures: PictureFiles, picture: Path, paths: Paths, workers: PictureWorkers
) -> None:
    await workers.start()
    (pid,) = workers.pids
    os.kill(pid, signal.SIGSTOP)
    attaching = asyncio.create_task(pictures.add(picture, ""))
    async with asyncio.timeout(PATIENCE):
        while not workers._busy:  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0.01)
    attaching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attaching
    os.kill(pid, signal.SIGCONT)
    await pictures.add(picture, "")
    assert len(files_below(paths.pictures_dir)) == 1


async def test_what_was_done_to_a_picture_is_kept_with_its_messages(
    archive: Archive, tmp_path: Path
) -> None:
    logo = Image.new("RGBA", (40, 40), (255, 255, 255, 0))
    logo.paste((0, 0, 0, 255), (10, 10, 30, 30))
    logo.save(tmp_path / "logo.png")
    attached = (await archive.pictures.attach(tmp_path / "logo.png", "")).picture
    assert attached.note == "transparent parts on white"
    assert await archive.pictures.find([attached.sha256]) == [attached]
    turn = await archive.turns.submit(None, NewQuestion("one", "What is this?", [attached]))
    (queued,) = (await archive.read_conversation(turn.conversation)).queue
    assert queued.question.attachments == (attached,)

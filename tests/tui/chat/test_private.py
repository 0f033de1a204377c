"""A private conversation in the app: begun by a key, marked, never on the disk, gone at the end."""

import os
from pathlib import Path

import pytest
from PIL import Image

from seeshell.core.private_ids import is_private
from seeshell.tui.session.launch_options import LaunchOptions

from ...running_core import RunningCore
from ..conftest import AppUser, OpenApp

SECRET = "quetzalcoatlus"


@pytest.fixture
def secret_picture(tmp_path: Path) -> Path:
    path = tmp_path / f"{SECRET}.png"
    Image.frombytes("RGB", (64, 64), os.urandom(64 * 64 * 3)).save(path)
    return path


def part_of(picture: Path) -> bytes:
    """Returns bytes that no other file holds."""
    return picture.read_bytes()[1000:1032]


def holding(folder: Path, *words: bytes) -> list[Path]:
    """Returns the files below a folder that hold one of the words."""
    found = [it for it in folder.rglob("*") if it.is_file()]
    return [it for it in found if any(word in it.read_bytes() for word in words)]


async def begin(user: AppUser) -> None:
    await user.press("alt+n")
    await user.sees("private · New conversation", "nothing of this conversation comes on the disk")


async def test_it_is_marked_and_leaves_nothing(
    open_app: OpenApp, shared_demo_core: RunningCore, secret_picture: Path
) -> None:
    words = SECRET.encode(), part_of(secret_picture)
    async with open_app(shared_demo_core, size=(120, 30)) as user:
        await begin(user)
        await user.attach(secret_picture)
        await user.type(f"what is this {SECRET}?")
        assert holding(shared_demo_core.paths.data_dir.parent, *words) == []
        await user.press("enter")
        await user.until(lambda: user.messages and user.messages[-1].finish_reason)
        conversation = user.chat.session.conversation
        assert conversation is not None
        assert is_private(conversation)
        await user.sees(f"private · what is this {SECRET}")
        await user.type(f"{SECRET} again")
        await user.press("ctrl+g")
        await user.sees("An editor keeps files of its own")
        assert holding(shared_demo_core.paths.data_dir.parent, *words) == []
        await user.chat.session.close_private()
        assert await user.chat.session.shown.open(conversation) is None
    assert holding(shared_demo_core.paths.data_dir.parent, *words) == []


async def test_what_is_typed_for_others_stays_theirs(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core, size=(120, 30)) as user:
        await user.type("a draft for everybody")
        await begin(user)
        assert user.chat.prompt.text == ""
        await user.type("a draft for nobody")
        await user.press("ctrl+n")
        await user.until(lambda: user.chat.prompt.text == "a draft for everybody")
        assert not user.chat.session.shown.is_private
        await user.press("alt+n")
        await user.until(lambda: user.chat.prompt.text == "a draft for nobody")
        user.chat.session.journal.save()
        assert holding(shared_demo_core.paths.data_dir, b"a draft for everybody")
        assert not holding(shared_demo_core.paths.data_dir, b"a draft for nobody")


async def test_the_command_line_begins_with_one(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(
        shared_demo_core, size=(120, 30), launch=LaunchOptions(is_private=True)
    ) as user:
        await user.sees("private · New conversation", "nothing is stored")
        await user.press("ctrl+n")
        await user.sees("the answer is stored as it comes")

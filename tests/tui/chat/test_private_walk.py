"""What keys do with a private conversation, in the app on a real core, none of it on the disk."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from seeshell.core.settings import Settings
from seeshell.tui.app import SeeshellApp
from seeshell.tui.chat import clipboard_pictures
from seeshell.tui.picker import FilePicker
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.driver_output import DriverOutput
from seeshell.tui.terminal.facts import TerminalFacts
from seeshell.tui.terminal.input_reader import ClipboardTold
from seeshell.tui.tree.tree_screen import TreeScreen
from seeshell.tui.viewer import Viewer

from ...running_core import RunningCore
from ...traces import SECRET, draw_secret, leaks, written
from ..conftest import AppUser, OpenApp


@pytest.fixture
def secret_picture(tmp_path: Path) -> Path:
    return draw_secret(tmp_path, ".png")


@pytest.fixture
async def user(open_app: OpenApp, shared_demo_core: RunningCore) -> AsyncIterator[AppUser]:
    """Somebody in a new private conversation."""
    async with open_app(shared_demo_core, size=(120, 30)) as user:
        await user.press("alt+n")
        await user.until(lambda: user.chat.session.shown.is_private)
        yield user
        await user.chat.session.close_private()


def home_of(user: AppUser) -> Path:
    return user.app.paths.data_dir.parent


def notices(user: AppUser) -> str:
    return "\n".join(it.message for it in user.app._notifications)


async def test_reading_it_and_changing_it_leaves_nothing(
    user: AppUser, secret_picture: Path, tmp_path: Path
) -> None:
    with written() as places:
        await user.attach(secret_picture)
        await user.ask(f"what is this {SECRET}?")
        await find_words(user)
        await correct(user)
        await delete_and_restore_a_branch(user)
        await cut_out(user)
        await user.ask(f"and this {SECRET}?")
        _, part = [it.attachments[0] for it in user.messages if it.attachments]
        assert part.label == f"{SECRET}.png@16,16,32,32"
        await rename(user)
        assert leaks(secret_picture, home_of(user)) == []
    assert [it for it in places if home_of(user) not in it.parents] == []


async def find_words(user: AppUser) -> None:
    log = user.chat.chat.log_view
    await user.press("shift+tab", "/")
    await user.type("zalco")
    # Once in the picture's name, once in the question.
    await user.until(lambda: log.found is not None and log.found.total == 2)
    await user.press("escape")


async def correct(user: AppUser) -> None:
    await user.press("end", "w", "ctrl+u")
    await user.type(f"A {SECRET}.")
    await user.press("enter")
    await user.until(lambda: user.messages[-1].is_corrected)
    assert user.answer == f"A {SECRET}."


async def delete_and_restore_a_branch(user: AppUser) -> None:
    await user.press("alt+t")
    await user.until(lambda: isinstance(user.app.screen, TreeScreen))
    await user.press("d")
    await user.until(lambda: not user.messages[-1].is_corrected)
    await user.press("u")
    await user.until(lambda: user.messages[-1].is_corrected)
    await user.press("escape")


async def cut_out(user: AppUser) -> None:
    await user.press("f9")
    await user.until(lambda: isinstance(user.app.screen, Viewer) and "64x64" in user.screen)
    await user.press("c", "enter")
    pictures = user.chat.session.draft.pictures
    await user.until(lambda: pictures and not pictures[0].is_checking)


async def rename(user: AppUser) -> None:
    conversation = user.chat.session.conversation
    assert conversation is not None
    await user.chat.session.conversations.rename(conversation, f"{SECRET} anew")
    await user.sees(f"private · {SECRET} anew")


async def test_what_no_private_conversation_can_is_said(user: AppUser) -> None:
    await user.ask("hello")
    await user.press("ctrl+o")
    await user.until(lambda: isinstance(user.app.screen, FilePicker))
    user.app.screen.action_ask_each()
    await user.until(lambda: "Rolls are stored" in notices(user))
    await user.press("escape", "f2", "a")
    await user.until(lambda: "can't be pinned or archived" in notices(user))
    assert "is:archived" not in notices(user)
    await user.press("d")
    await user.sees("Remove “hello” for good?")
    await user.press("n", "d")
    await user.sees("Remove “hello” for good?")
    await user.press("y")
    await user.until(lambda: user.chat.session.conversation is None)
    assert user.chat.session.conversations.last_deleted is None


async def test_what_was_copied_in_it_is_in_no_file_later(user: AppUser) -> None:
    """Neither what a conversation that is not there yet has, nor once another one is shown."""
    await user.type(SECRET)
    assert user.chat.session.conversation is None
    user.app.copy_to_clipboard(SECRET)
    user.app.write_copied()
    await user.until(lambda: "nothing of a private conversation" in notices(user))
    await user.press("ctrl+n")
    user.app.clear_notifications()
    user.app.write_copied()
    await user.until(lambda: "nothing of a private conversation" in notices(user))
    assert not (user.app.paths.cache_dir / "copied").exists()
    user.app.copy_to_clipboard("for everybody")
    user.app.write_copied()
    assert (user.app.paths.cache_dir / "copied" / "copied.txt").read_text() == "for everybody"


@pytest.mark.parametrize("has_memory", [True, False])
async def test_the_picture_in_the_clipboard_comes_on_no_disk(
    shared_demo_core: RunningCore,
    secret_picture: Path,
    monkeypatch: pytest.MonkeyPatch,
    has_memory: bool,
) -> None:
    monkeypatch.setattr(DriverOutput, "write", lambda _self, _text: None)
    memory = clipboard_pictures.find_memory_folder() if has_memory else None
    if has_memory and memory is None:
        pytest.skip("the system has no folder in memory")
    monkeypatch.setattr(clipboard_pictures, "find_memory_folder", lambda: memory)
    core = shared_demo_core
    options = LaunchOptions(is_private=True)
    app = SeeshellApp(core.paths, Settings(), TerminalFacts(has_clipboard=True), options)
    async with app.run_test(size=(100, 24), notifications=True) as pilot:
        user = AppUser(pilot)
        await user.until(lambda: user.chat.session.is_ready)
        await user.press("alt+v")
        with written() as places:
            await hand_over(user, secret_picture)
            if memory is None:
                await user.until(lambda: "would come on the disk here" in notices(user))
                assert user.chat.session.draft.pictures == []
            else:
                await user.sees("[1] clipboard.png", " tok")
                assert user.chat.session.draft.attachments[0].path
        homes = [core.paths.data_dir.parent, *([memory] if memory else [])]
        assert [it for it in places if not set(homes) & set(it.parents)] == []
        assert leaks(secret_picture, core.paths.data_dir.parent) == []


async def hand_over(user: AppUser, picture: Path) -> None:
    """Tells what the terminal's clipboard holds, as kitty does."""
    content = await asyncio.to_thread(picture.read_bytes)
    for kind, data in ((b".", b"image/png"), (b"image/png", content)):
        user.app.post_message(ClipboardTold("type=read:status=OK"))
        told = [b64encode(it).decode() for it in (kind, data)]
        user.app.post_message(ClipboardTold(f"type=read:status=DATA:mime={';'.join(told)}"))
        user.app.post_message(ClipboardTold("type=read:status=DONE"))
        await user.pilot.pause()

"""The question how to export, in the app on a real core."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.widgets import Static

from seeshell.tui.ask_export import ExportDialog

from ..running_core import RunningCore
from .conftest import AppUser, OpenApp


@pytest.fixture
async def user(
    open_app: OpenApp, shared_demo_core: RunningCore, tmp_path: Path
) -> AsyncIterator[AppUser]:
    # Not for longer: the core of a test's own home is ended after it.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEESHELL_HOME", str(shared_demo_core.paths.config_file.parent))
        patch.chdir(tmp_path)
        async with open_app(shared_demo_core) as user:
            yield user


async def told(user: AppUser, words: str) -> str:
    """Returns the notice with these words, which a narrow screen breaks anywhere."""

    def found() -> list[str]:
        return [it.message for it in user.app._notifications if words in it.message]

    await user.until(found)
    return found()[0]


def count_conversations(folder: Path) -> int:
    """Returns how many the page in a folder has."""
    (page,) = folder.glob("*.html")
    return page.read_text().count('class="conversation"')


async def warned(user: AppUser) -> str:
    warning = user.app.screen.query_one("#export-warning", Static)
    await user.until(lambda: str(warning.content))
    return str(warning.content)


async def test_the_conversation_on_screen_is_exported(user: AppUser, tmp_path: Path) -> None:
    await user.press("alt+e")
    assert not isinstance(user.app.screen, ExportDialog)
    await user.ask("hello")
    await user.press("alt+e")
    await user.sees(
        "Export “hello” as", "one page with its pictures", "hello.html", "[ ] with EXIF"
    )
    await user.press("down", "down", "up", "alt+m")
    await user.sees("hello.md", "[x] with EXIF")
    await user.press("enter")
    assert f"{tmp_path / 'hello.md'} (" in await told(user, "Exported to")
    assert (tmp_path / "hello.md").read_text().startswith("# hello\n")


async def test_what_is_there_is_replaced_only_by_a_second_key_and_failures_are_said(
    user: AppUser, tmp_path: Path
) -> None:
    target = tmp_path / "mine.html"
    target.write_text("mine")
    await user.ask("hello")
    await user.press("alt+e")
    await user.sees("hello.html")
    await user.press(*["backspace"] * len("hello.html"))
    await user.type("mine.html")
    await user.press("enter")
    assert (await warned(user)).startswith(f"{target} is there already")
    await user.press("x", "backspace", "enter")
    assert (await warned(user)).startswith(f"{target} is there already")
    assert target.read_text() == "mine"
    await user.press("enter")
    await user.until(lambda: target.read_text() != "mine")
    await user.press("alt+e", "home")
    await user.type("none/")
    await user.press("enter")
    assert "none/hello.html can't be written" in await told(user, "No such file or directory")


async def test_marked_conversations_of_the_library_are_exported_together(
    user: AppUser, tmp_path: Path
) -> None:
    await user.ask("hello")
    await user.press("ctrl+n")
    await user.ask("hello again")
    await user.press("alt+c")
    await user.sees("hello again")
    await user.press("down", "space", "down", "space", "e")
    await user.sees("Export 2 conversations as")
    await user.press("enter")
    assert str(tmp_path) in await told(user, "Exported to")
    assert count_conversations(tmp_path) == 2

"""The library on the real core: searched, sorted out, and opened where something was found."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from seeshell.tui.library.library_screen import LibraryScreen

from ...running_core import RunningCore
from ..conftest import AppUser, OpenApp


@pytest.fixture
async def user(open_app: OpenApp, shared_demo_core: RunningCore) -> AsyncIterator[AppUser]:
    """Somebody with two conversations about quinces, and the library on screen."""
    async with open_app(shared_demo_core) as user:
        await user.until(lambda: user.chat.session.has_begun)
        for text in ("first the quinces", "then quinces and medlars"):
            user.chat.action_start_new()
            await user.ask(text)
        await open_library(user, "quinces")
        yield user
        library, found = user.chat.session.library, await ids(user)
        await library.delete(found)
        await library.empty_bin()


async def open_library(user: AppUser, text: str) -> None:
    """Opens the library as a terminal's keys do, and types there."""
    await user.type("\x1bc")
    await user.until(lambda: isinstance(user.app.screen, LibraryScreen))
    await user.type(text)


async def ids(user: AppUser) -> list[int]:
    view = user.chat.session.conversations.view
    await view.search("quinces")
    return [it.summary.id for it in view.listed]


def titles(user: AppUser) -> list[str]:
    """The conversations about quinces that are listed, as rows or above their hits."""
    told = ("first the quinces", "then quinces and medlars")
    return [it for line in user.screen.splitlines() for it in told if it in line[:60]]


async def test_words_find_places_and_enter_opens_at_one_with_the_words_marked(
    user: AppUser,
) -> None:
    await user.until(lambda: len(titles(user)) >= 2)
    await user.type(" before:may")
    await user.sees("before: takes a day, month or year, as 2026-05-03, 2026-05 or 7d.")
    assert len(titles(user)) >= 2
    await user.press("escape")
    await user.type("quinces medlars")
    await user.sees("then quinces and medlars", "2 places")
    await user.press("enter")
    await user.until(lambda: user.app.screen is user.chat)
    await user.until(lambda: user.messages[0].text == "then quinces and medlars")
    await user.until(lambda: user.chat.chat.log_view.hit_number is not None)


async def test_marked_conversations_are_acted_upon_at_once(user: AppUser) -> None:
    await user.press("escape")
    await user.type("after:today")
    await user.until(lambda: len(titles(user)) == 2)
    await user.press("down", "space", "space")
    await user.sees("2 marked")
    await user.press("t")
    await user.sees("Tags of 2 conversations")
    await user.type("garden, to read")
    await user.press("enter")
    await user.sees("#garden #to read")
    await user.press("a")
    await user.until(lambda: not titles(user))
    await user.press("/")
    await user.type(' is:archived tag:"to read"')
    await user.until(lambda: len(titles(user)) == 2)
    await user.press("down", "a")
    await user.until(lambda: len(titles(user)) == 1)
    await user.press("a")
    await user.sees('No conversation is let through by after:today is:archived tag:"to read"')


async def test_what_is_deleted_keeps_its_place_lies_in_the_bin_and_is_restored(
    user: AppUser,
) -> None:
    await user.press("escape")
    await user.type("after:today")
    await user.until(lambda: len(titles(user)) == 2)
    await user.press("down", "d")
    await user.sees("deleted")
    assert len(titles(user)) == 2
    await user.press("b", "b")
    await user.sees("in the bin", "29 d left")
    await user.press("home", "d")
    await user.sees("“then quinces and medlars” for good?")
    await user.press("n", "u")
    await user.until(lambda: "then quinces" not in user.screen)
    await user.press("b")
    await user.until(lambda: len(titles(user)) == 2)


async def test_a_picture_leads_to_the_conversations_in_which_it_was_used(
    user: AppUser, samples: Path
) -> None:
    await user.press("escape", "escape")
    await user.until(lambda: user.app.screen is user.chat)
    user.chat.action_start_new()
    await user.attach(samples / "yellow-triangle-purple-cross.png")
    await user.ask("quinces, and which shapes?")
    user.chat.chat.log_view.focus()
    await user.press("home", "U")
    await user.sees("picture:@yellow-triangle-purple-cross.png", "quinces, and which shapes?")
    await user.until(lambda: isinstance(user.app.screen, LibraryScreen) and "▀" in user.screen)

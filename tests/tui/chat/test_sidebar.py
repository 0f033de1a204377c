"""The list of conversations under somebody's hands."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from seeshell.core.kept import LibraryRow
from seeshell.core.messages.events import (
    AnyEvent,
    WorkChanged,
)
from seeshell.core.messages.library_events import LibraryChanged, LibraryListed
from seeshell.core.messages.library_requests import ListLibrary
from seeshell.core.messages.requests import (
    DeleteConversation,
    Request,
    RestoreConversation,
)
from seeshell.core.settings import Paths
from seeshell.tui.library.rows import LibraryRows

from ...messages import question
from ..conftest import AppUser
from ..scripted_app import app
from ..scripted_client import ScriptedClient, conversation

STORED = [conversation(n, f"conversation {n}", question(n, "hello")) for n in range(1, 9)]


def row(number: int, *, is_deleted: bool = False) -> LibraryRow:
    """A conversation as a list of the core has it."""
    return LibraryRow(STORED[number - 1].summary, deleted_at=1.0 if is_deleted else 0.0)


class Stored:
    """A script of a core that hides what was deleted, and tells everybody of it."""

    def __init__(self) -> None:
        self.hidden: set[int] = set()
        self.client: ScriptedClient | None = None

    def __call__(self, request: Request) -> AnyEvent | None:
        match request:
            case DeleteConversation(conversation=it):
                self.hide(it)
            case RestoreConversation(conversation=it):
                self.show(it)
            case ListLibrary():
                found = [row(it.summary.id) for it in STORED if it.summary.id not in self.hidden]
                return LibraryListed(rows=tuple(found), total=len(found))
        return None

    def hide(self, number: int) -> None:
        self.hidden.add(number)
        self.tell(number)

    def show(self, number: int) -> None:
        self.hidden.discard(number)
        self.tell(number)

    def tell(self, number: int) -> None:
        assert self.client is not None
        changed = row(number, is_deleted=number in self.hidden)
        self.client.tell(LibraryChanged(rows=(changed,)))


@asynccontextmanager
async def open_list(
    paths: Paths, script: Stored, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[AppUser, ScriptedClient]]:
    client = script.client = ScriptedClient(*STORED, script=script)
    chat = app(paths, "dark", 1, client=client)
    async with chat.run_test(size=size, notifications=True) as pilot:
        user = AppUser(pilot)
        await user.sees("ready")
        await user.press("f2")
        await user.sees("conversation 8")
        yield user, client


def cursor(user: AppUser) -> str:
    """The row under the cursor."""
    rows = user.app.screen.query_one(LibraryRows)
    line = rows.render_line(rows._cursor - rows.scroll_offset.y)
    return line.text


async def test_a_deleted_row_keeps_the_cursor_and_a_second_key_hits_no_other(paths: Paths) -> None:
    script = Stored()
    async with open_list(paths, script) as (user, _):
        await user.press("home", "down", "down", "d", "y", "d", "y")
        await user.until(lambda: "deleted" in cursor(user))
        assert script.hidden == {3}
        await user.press("down", "d")
        await user.until(lambda: script.hidden == {3, 4})
        await user.press("up", "u")
        await user.until(lambda: script.hidden == {4})
        assert "conversation 3" in cursor(user)


async def test_opening_a_deleted_row_restores_it(paths: Paths) -> None:
    script = Stored()
    async with open_list(paths, script) as (user, _):
        await user.press("home", "down", "d")
        await user.until(lambda: script.hidden == {2})
        await user.press("enter")
        await user.until(lambda: user.chat.session.conversation == 2)
        assert not script.hidden


async def test_a_conversation_that_another_window_deletes_leaves_the_cursor_in_its_place(
    paths: Paths,
) -> None:
    script = Stored()
    async with open_list(paths, script) as (user, _):
        await user.press("home", "down", "down")
        await user.until(lambda: "conversation 3" in cursor(user))
        script.hide(3)
        await user.until(lambda: "conversation 4" in cursor(user))


async def test_the_list_says_where_an_answer_runs_and_where_one_ended_unseen(
    paths: Paths,
) -> None:
    script = Stored()
    async with open_list(paths, script, (130, 30)) as (user, client):
        client.tell(WorkChanged(answering=4, waiting=(5,)))
        await user.sees("answering", "queued")
        client.tell(WorkChanged(answering=5, waiting=()))
        await user.until(lambda: "queued" not in user.screen)
        await user.sees("● new")
        await user.chat.session.shown.open(4)
        await user.until(lambda: "● new" not in user.screen)


async def test_deleting_what_is_being_answered_asks_first(paths: Paths) -> None:
    script = Stored()
    async with open_list(paths, script) as (user, client):
        client.tell(WorkChanged(answering=1, waiting=()))
        await user.sees("answering")
        await user.press("home", "d")
        await user.sees("Stop the answer and delete it?")
        await user.press("n")
        await asyncio.sleep(0)
        assert not script.hidden


async def test_a_terminal_that_gets_narrow_leaves_the_focus_in_the_prompt(paths: Paths) -> None:
    async with open_list(paths, Stored(), (130, 30)) as (user, _):
        assert user.chat.panels.has_sidebar_focus
        await user.pilot.resize_terminal(90, 24)
        await user.until(lambda: user.chat.prompt.has_focus)
        await user.type("hello")
        await user.until(lambda: user.chat.prompt.text == "hello")


async def test_a_panel_over_the_chat_ends_above_the_prompt(paths: Paths) -> None:
    async with open_list(paths, Stored()) as (user, _):
        sidebar = user.chat.panels.query_one("#sidebar")
        composer = user.chat.chat.composer
        await user.until(lambda: sidebar.region.bottom == composer.region.y)
        assert sidebar.region.width == 80
        await user.press("escape")
        await user.type("one\ntwo\nthree")
        await user.press("f2")
        await user.until(lambda: sidebar.region.bottom == composer.region.y)
        assert "three" in user.screen


async def test_the_only_conversation_is_deleted_and_restored_without_losing_the_focus(
    paths: Paths,
) -> None:
    script = Stored()
    script.hidden = {it.summary.id for it in STORED} - {1, 8}
    async with open_list(paths, script) as (user, _):
        script.hide(8)
        await user.until(lambda: "conversation 8" not in user.screen)
        await user.press("d")
        await user.sees("deleted")
        await user.press("u")
        await user.until(lambda: 1 not in script.hidden)
        assert user.app.screen.query_one(LibraryRows).has_focus


async def test_the_answer_on_screen_is_never_unseen(paths: Paths) -> None:
    async with open_list(paths, Stored(), (130, 30)) as (user, client):
        client.tell(WorkChanged(answering=1, waiting=()))
        await user.sees("answering")
        client.tell(WorkChanged(answering=None, waiting=()))
        await user.until(lambda: "answering" not in user.screen)
        assert "● new" not in user.screen


async def test_a_list_that_comes_late_gets_the_focus_that_was_meant_for_it(paths: Paths) -> None:
    script = Stored()
    script.hidden = {it.summary.id for it in STORED}
    client = script.client = ScriptedClient(*STORED, script=script)
    chat = app(paths, "dark", None, client=client)
    async with chat.run_test(size=(80, 24)) as pilot:
        user = AppUser(pilot)
        await user.sees("ready")
        await user.press("f2")
        await user.sees("Conversations will be listed here")
        script.show(8)
        await user.sees("conversation 8")
        await user.until(lambda: user.app.screen.query_one(LibraryRows).has_focus)

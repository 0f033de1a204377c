"""A roll in the app: begun, watched, sorted, filtered, asked again and asked on."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PIL import Image

from seeshell.core.conversation import Attachment
from seeshell.core.errors import SeeshellError
from seeshell.core.messages.events import AnyEvent, ConversationOpened
from seeshell.core.messages.request import Request
from seeshell.core.messages.roll_events import RollChanged, RollOpened, RollRowChanged, RollsListed
from seeshell.core.messages.roll_requests import (
    DeleteRoll,
    ForkRow,
    ListRolls,
    OpenRoll,
    ResumeRoll,
    RetryRows,
    StartRoll,
    StopRoll,
)
from seeshell.core.roll import (
    Roll,
    RollPicture,
    RollQuestion,
    RollRow,
    RollSummary,
    RowAnswer,
    RowState,
)
from seeshell.core.settings import Paths
from seeshell.tui.roll.new_roll import NewRoll
from seeshell.tui.roll.roll_list import RollList
from seeshell.tui.roll.roll_screen import RollScreen

from ...messages import answer, question
from ..conftest import AppUser
from ..scripted_app import app
from ..scripted_client import ScriptedClient, conversation

STORED = Attachment("c" * 64, "c.png", 300, 200, 96, 64, 9)
SUMMARY = RollSummary(3, RollQuestion("Which color?"), 0.0, rows=4, done=1, is_running=True)
FORK = conversation(9, "c.png: Which color?", question(1, "Which color?"), answer(2, "Red."))


def row(number: int, state: RowState = "waiting", text: str = "", error: str = "") -> RollRow:
    told = RowAnswer(text, seconds=1.5, error=error) if text or error else None
    picture = STORED if text else None
    return RollRow(number, RollPicture(f"/{'abcd'[number]}.png"), state, picture, told)


ROLL = Roll(SUMMARY, (row(0), row(1), row(2, "done", "Red."), row(3)))


def core(request: Request) -> AnyEvent | SeeshellError | None:
    match request:
        case ListRolls():
            return RollsListed(rolls=(SUMMARY,))
        case OpenRoll() | StartRoll():
            return RollOpened(roll=ROLL)
        case ForkRow():
            return ConversationOpened(conversation=FORK)
        case _:
            return None


@pytest.fixture
def client() -> ScriptedClient:
    return ScriptedClient(conversation(1, "old", question(1, "What?")), script=core)


@pytest.fixture
async def user(paths: Paths, client: ScriptedClient) -> AsyncIterator[AppUser]:
    """Somebody with the table of a roll on screen."""
    async with app(paths, "dark", client=client).run_test(
        size=(80, 24), notifications=True
    ) as pilot:
        user = AppUser(pilot)
        await user.until(lambda: user.chat.session.has_begun)
        await pilot.press("alt+r")
        await user.until(lambda: "1 of 4" in user.screen)
        await pilot.press("enter")
        await user.until(lambda: isinstance(user.app.screen, RollScreen))
        await user.until(lambda: "Red." in user.screen)
        yield user


def names(user: AppUser) -> list[str]:
    words = [line.split()[:2] for line in user.screen.splitlines()[3:-6]]
    return [word for pair in words for word in pair if word.endswith(".png")]


async def test_the_table_fills_as_answers_come(user: AppUser, client: ScriptedClient) -> None:
    assert "Which color?" in user.screen
    client.tell(RollRowChanged(roll=3, row=row(0, "running")))
    await user.until(lambda: "▸ a.png" in user.screen)
    client.tell(RollRowChanged(roll=3, row=row(0, "done", "Green.")))
    client.tell(RollRowChanged(roll=3, row=row(1, "failed", error="b.png is damaged.")))
    await user.until(lambda: "3 of 4 · 1 failed" in user.screen)
    assert "Green." in user.screen
    assert "✗ b.png" in user.screen
    assert "left" in user.screen
    ended = replace(SUMMARY, done=2, failed=1, is_running=False, problem="The server is gone.")
    client.tell(RollChanged(roll=ended))
    await user.until(lambda: "paused The server is gone." in user.screen)


async def test_a_lost_core_pauses_the_table_and_the_next_one_is_followed(
    user: AppUser, client: ScriptedClient
) -> None:
    client.die()
    await user.sees("paused The core is lost")
    user.chat.action_restart_core()
    await user.until(lambda: [type(it) for it in client.asked].count(OpenRoll) == 2)
    await user.until(lambda: "core is lost" not in user.screen)


async def test_rows_are_sorted_and_filtered_by_keys(user: AppUser) -> None:
    await user.pilot.press("S")
    await user.until(lambda: names(user) == ["d.png", "c.png", "b.png", "a.png"])
    await user.pilot.press("f", "f")
    await user.until(lambda: names(user) == ["c.png"])
    await user.pilot.press("escape")
    await user.until(lambda: len(names(user)) == 4)
    await user.pilot.press("slash")
    await user.pilot.press(*"red", "enter")
    await user.until(lambda: names(user) == ["c.png"])
    assert "with “red”" in user.screen
    await user.pilot.press("escape", "escape")
    await user.until(lambda: user.app.screen is user.chat)


async def test_keys_ask_again_and_pause(user: AppUser, client: ScriptedClient) -> None:
    client.tell(RollRowChanged(roll=3, row=row(1, "failed", error="It is damaged.")))
    await user.until(lambda: "1 failed" in user.screen)
    await user.pilot.press("p")
    await user.until(lambda: StopRoll in map(type, client.asked))
    client.tell(RollChanged(roll=replace(SUMMARY, failed=1, is_running=False)))
    await user.until(lambda: "go on" in user.screen)
    await user.pilot.press("p", "down", "r", "R")
    await user.until(
        lambda: client.asked[-1].__class__ is RetryRows and client.asked[-1].rows == ()
    )
    told: list[Any] = [it for it in client.asked if isinstance(it, ResumeRoll | RetryRows)]
    assert [type(it) for it in told] == [ResumeRoll, RetryRows, RetryRows]
    assert told[1].rows == (1,)


async def test_a_row_is_asked_on_as_a_conversation(user: AppUser, client: ScriptedClient) -> None:
    await user.pilot.press("enter")
    assert isinstance(user.app.screen, RollScreen), "a row without an answer is none"
    await user.pilot.press("down", "down", "enter")
    await user.until(lambda: user.chat.session.conversation == 9)
    assert user.app.screen is user.chat
    (fork,) = [it for it in client.asked if isinstance(it, ForkRow)]
    assert (fork.roll, fork.row) == (3, 2)


async def test_a_folder_and_a_question_begin_a_roll(
    user: AppUser, client: ScriptedClient, tmp_path: Path
) -> None:
    (tmp_path / "x.png").touch()
    await user.pilot.press("escape")
    await user.until(lambda: user.app.screen is user.chat)
    await user.pilot.press("alt+r")
    await user.until(lambda: isinstance(user.app.screen, RollList))
    await user.pilot.press("n")
    await user.until(lambda: isinstance(user.app.screen, NewRoll))
    await user.pilot.press(*f"{tmp_path}", "enter", *"Which?", "enter")
    await user.until(lambda: isinstance(user.app.screen, RollScreen))
    (start,) = [it for it in client.asked if isinstance(it, StartRoll)]
    assert (start.question.text, start.pictures[0].path) == ("Which?", str(tmp_path / "x.png"))


async def test_marked_pictures_of_the_picker_begin_a_roll(
    user: AppUser, client: ScriptedClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("x.png", "y.png", "z.png"):
        Image.new("RGB", (8, 8), "red").save(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    await user.pilot.press("escape", "ctrl+o")
    await user.sees("x.png", "z.png")
    await user.pilot.press("space", "space", "ctrl+e")
    await user.sees("2 pictures are picked")
    await user.pilot.press(*"Which?", "enter")
    await user.until(lambda: isinstance(user.app.screen, RollScreen))
    (start,) = [it for it in client.asked if isinstance(it, StartRoll)]
    assert [Path(it.path).name for it in start.pictures] == ["x.png", "y.png"]


async def test_a_page_that_was_picked_is_that_page_whatever_else_is_called_so(
    paths: Paths, client: ScriptedClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue")]
    pages[0].copy().save(tmp_path / "scan.tif#2", "PNG")
    pages[0].save(tmp_path / "scan.tif", save_all=True, append_images=pages[1:])
    monkeypatch.chdir(tmp_path)
    shown = app(paths, "dark", client=client, images="halfblock")
    async with shown.run_test(size=(100, 30)) as pilot:
        user = AppUser(pilot)
        await user.until(lambda: user.chat.session.has_begun)
        await pilot.press("ctrl+o")
        await user.sees("scan.tif", "page 1 of 3")
        await pilot.press("right")
        await user.sees("3 of 3 pages")
        await pilot.press("down", "space", "ctrl+e")
        await user.sees("1 picture is picked")
        await pilot.press(*"Which?", "enter")
        await user.until(lambda: isinstance(user.app.screen, RollScreen))
    (start,) = [it for it in client.asked if isinstance(it, StartRoll)]
    assert [(it.path, it.excerpt.page) for it in start.pictures] == [(f"{tmp_path}/scan.tif", 2)]


async def test_pictures_that_are_not_there_are_said_in_one_sentence(
    user: AppUser, client: ScriptedClient
) -> None:
    await user.pilot.press("escape", "alt+r")
    await user.until(lambda: isinstance(user.app.screen, RollList))
    await user.pilot.press("n")
    await user.until(lambda: isinstance(user.app.screen, NewRoll))
    await user.pilot.press(*"/nowhere", "enter", *"Which?", "enter")
    await user.until(lambda: "does not exist" in user.screen)
    assert StartRoll not in map(type, client.asked)


async def test_a_roll_is_deleted_once_that_is_confirmed(
    user: AppUser, client: ScriptedClient
) -> None:
    await user.pilot.press("escape", "alt+r")
    await user.until(lambda: isinstance(user.app.screen, RollList))
    await user.pilot.press("d")
    await user.until(lambda: "for good?" in user.screen)
    await user.pilot.press("y")
    await user.until(lambda: "Nothing was asked" in user.screen)
    assert client.asked[-1] == DeleteRoll(roll=3)


async def test_a_wide_terminal_shows_pictures_and_whole_answers(
    paths: Paths, client: ScriptedClient, tmp_path: Path
) -> None:
    copy = paths.picture(STORED.sha256)
    copy.parent.mkdir(parents=True)
    Image.new("RGB", (300, 200), (200, 30, 30)).save(copy, "PNG")
    shown = app(paths, "dark", client=client, images="halfblock")
    async with shown.run_test(size=(120, 30)) as pilot:
        user = AppUser(pilot)
        await user.until(lambda: user.chat.session.has_begun)
        await pilot.press("alt+r")
        await user.until(lambda: isinstance(user.app.screen, RollList))
        await pilot.press("enter")
        await user.sees("▀▀▀▀", "Red.")
        # Of letters that are two cells wide none is lost between the lines of a row.
        letters = "".join(map(chr, range(0x4E00, 0x4E00 + 90)))
        client.tell(RollRowChanged(roll=3, row=row(3, "done", letters)))
        await user.until(lambda: letters[0] in user.screen)
        assert [it for it in user.screen if it in letters] == list(letters)

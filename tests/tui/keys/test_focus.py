"""Whatever happens to the focus, keys go somewhere: on every screen, and where they belong."""

import pkgutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import AppBlur, AppFocus, Key, MouseDown, Paste
from textual.pilot import Pilot
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Input

import seeshell.tui
from seeshell.tui.keys.focus import KeepsFocus
from seeshell.tui.picker import FilePicker

from ...running_core import RunningCore
from ..conftest import OpenApp

Pilots = Pilot[None]


class Question(KeepsFocus, ModalScreen[None]):
    """A dialog with two fields, of which it is made for the second."""

    AUTO_FOCUS = "#answer"
    BINDINGS: ClassVar = [Binding("escape", "dismiss")]

    def compose(self) -> ComposeResult:
        yield Input(id="note")
        with Vertical():
            yield Input(id="answer")
            yield Input(id="more")


class Below(KeepsFocus, Screen[None]):
    AUTO_FOCUS = "#prompt"

    def compose(self) -> ComposeResult:
        yield Input(id="filter")
        yield Input(id="prompt")


class FocusApp(App[None]):
    def get_default_screen(self) -> Screen[None]:
        return Below()


@asynccontextmanager
async def open_question() -> AsyncIterator[tuple[Question, Pilots]]:
    app = FocusApp()
    async with app.run_test(size=(40, 12)) as pilot:
        question = Question()
        await app.push_screen(question)
        await pilot.pause()
        assert app.focused is question.query_one("#answer")
        yield question, pilot


def is_shown(widget: Widget | None) -> bool:
    return widget is not None and widget.region.area > 0 and widget.focusable


async def report(pilot: Pilots, *events: AppBlur | AppFocus) -> None:
    for event in events:
        pilot.app.post_message(event)
    await pilot.pause()


def from_outside() -> MouseDown:
    """A mouse event that was on its way while the terminal became smaller."""
    return MouseDown(None, 190, 40, 0, 0, 0, False, False, False)


async def point_outside(_question: Question, pilot: Pilots) -> None:
    pilot.app.post_message(from_outside())


async def hide(question: Question, _pilot: Pilots) -> None:
    question.query_one("#answer").display = False


async def hide_around(question: Question, _pilot: Pilots) -> None:
    question.query_one(Vertical).display = False


async def hide_and_focus(question: Question, pilot: Pilots) -> None:
    """What is about to get the focus goes first."""
    question.query_one(Vertical).display = False
    await pilot.pause()
    question.query_one("#more").focus()


async def remove(question: Question, _pilot: Pilots) -> None:
    await question.query_one("#answer").remove()


async def remove_hidden(question: Question, _pilot: Pilots) -> None:
    question.query_one(Vertical).display = False
    await question.query_one(Vertical).remove()


async def disable(question: Question, _pilot: Pilots) -> None:
    question.query_one(Vertical).disabled = True


async def remove_out_of_focus(question: Question, pilot: Pilots) -> None:
    await report(pilot, AppBlur())
    await question.query_one("#answer").remove()
    await report(pilot, AppFocus())


@pytest.mark.parametrize(
    "lose",
    [
        point_outside,
        hide,
        hide_around,
        hide_and_focus,
        remove,
        remove_hidden,
        disable,
        remove_out_of_focus,
    ],
)
async def test_a_lost_focus_goes_to_what_can_be_seen(
    lose: Callable[[Question, Pilots], Awaitable[None]],
) -> None:
    async with open_question() as (question, pilot):
        await lose(question, pilot)
        await pilot.pause()
        focused = question.focused
        assert isinstance(focused, Input)
        assert is_shown(focused)
        await pilot.press("a")
        assert focused.value == "a"


async def test_a_focus_that_nothing_can_have_leaves_the_keys_of_the_screen() -> None:
    async with open_question() as (question, pilot):
        for child in question.children:
            child.display = False
        await pilot.pause()
        assert question.focused is None
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, Below)


async def test_a_mouse_event_from_outside_leaves_the_focus_where_it_is() -> None:
    async with open_question() as (question, pilot):
        question.query_one("#more").focus()
        await pilot.pause()
        await point_outside(question, pilot)
        await pilot.pause()
        assert question.focused is question.query_one("#more")


async def test_a_screen_that_opens_while_the_terminal_is_out_of_focus_takes_the_keys() -> None:
    app = FocusApp()
    async with app.run_test(size=(40, 12)) as pilot:
        below = app.screen
        below.query_one("#filter").focus()
        await pilot.pause()
        await report(pilot, AppBlur())
        await app.push_screen(Question())
        await report(pilot, AppFocus())
        assert app.focused is app.screen.query_one("#answer")
        await pilot.press("a", "escape", "b")
        assert app.focused is below.query_one("#filter")
        assert below.query_one("#filter", Input).value == "b"


async def test_a_screen_that_closes_while_the_terminal_is_out_of_focus_gives_the_keys_back() -> (
    None
):
    async with open_question() as (question, pilot):
        await report(pilot, AppBlur())
        assert question.focused is None
        await question.dismiss()
        await report(pilot, AppFocus())
        assert pilot.app.focused is pilot.app.screen.query_one("#prompt")


def test_every_screen_keeps_its_focus() -> None:
    for module in pkgutil.walk_packages(seeshell.tui.__path__, "seeshell.tui."):
        import_module(module.name)
    assert [it for it in own_screens(Screen) if not issubclass(it, KeepsFocus)] == []


def own_screens(kind: type[Screen[Any]]) -> list[type[Screen[Any]]]:
    own = [kind] if kind.__module__.startswith("seeshell.tui.") else []
    return own + [it for sub in kind.__subclasses__() for it in own_screens(sub)]


async def test_keys_right_behind_a_lost_focus_are_typed_into_the_prompt(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        for typed in (Key("a", "a"), Paste("b"), Key("c", "c")):
            user.app.post_message(from_outside())
            user.app.post_message(typed)
        await user.until(lambda: user.chat.prompt.text == "abc")


@pytest.mark.parametrize("columns", [50, 80, 130])
async def test_a_picker_opened_out_of_focus_hears_keys_in_its_list_and_its_places(
    columns: int, tmp_path: Path
) -> None:
    app = FocusApp()
    async with app.run_test(size=(columns, 24)) as pilot:
        await report(pilot, AppBlur())
        picker = FilePicker(folder=tmp_path)
        await app.push_screen(picker)
        await report(pilot, AppFocus())
        assert app.focused is picker.files
        await pilot.press("tab")
        assert app.focused is picker.folders
        await report(pilot, AppBlur(), AppFocus())
        app.post_message(from_outside())
        await pilot.pause()
        assert app.focused is picker.folders
        await pilot.press("escape", "n", "o")
        assert app.focused is picker.files
        app.post_message(from_outside())
        await pilot.pause()
        await pilot.press("escape", "escape")
        assert isinstance(app.screen, Below)

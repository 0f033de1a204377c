"""The prompt by its keys, in an app with nothing else in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import on
from textual._xterm_parser import XTermParser
from textual.app import App, ComposeResult
from textual.events import AppBlur, Key, Paste
from textual.pilot import Pilot

from seeshell.tui.chat.prompt import Prompt
from seeshell.tui.terminal.alt_enter import read_alt_enter_as_newline


class PromptApp(App[None]):
    """Keeps what the prompt tells."""

    CSS_PATH = str(Path(__file__).parents[3] / "tui" / "chat" / "prompt.tcss")

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []
        self.sent: list[str] = []
        self.pasted: list[Path] = []
        self.removed = 0

    def compose(self) -> ComposeResult:
        yield Prompt(False, self.written.append, self.send)

    def send(self, text: str) -> None:
        self.sent.append(text)
        self.query_one(Prompt).set_text("")

    @on(Prompt.PathsPasted)
    def keep_paths(self, event: Prompt.PathsPasted) -> None:
        self.pasted += event.paths

    @on(Prompt.PictureRemoved)
    def count(self) -> None:
        self.removed += 1


@asynccontextmanager
async def open_prompt() -> AsyncIterator[tuple[PromptApp, Prompt, Pilot[None]]]:
    app = PromptApp()
    async with app.run_test(size=(40, 20)) as pilot:
        yield app, app.query_one(Prompt), pilot


async def test_enter_sends_and_empties() -> None:
    async with open_prompt() as (app, prompt, pilot):
        await pilot.press(*"hi", "enter")
        assert app.sent == ["hi"]
        assert prompt.text == ""


async def test_each_change_is_taken_down_before_anything_else_happens() -> None:
    async with open_prompt() as (app, prompt, pilot):
        await pilot.press(*"hi")
        assert app.written == ["h", "hi"]
        prompt.undo()
        assert app.written[-1] == prompt.text
        prompt.redo()
        assert app.written[-1] == "hi"
        prompt.set_text("other")
        assert app.written[-1] == "other"


@pytest.mark.parametrize("key", ["ctrl+j", "alt+enter", "shift+enter"])
async def test_a_new_line_grows_the_prompt(key: str) -> None:
    async with open_prompt() as (app, prompt, pilot):
        await pilot.press("a", key, "b")
        await pilot.pause()
        assert prompt.text == "a\nb"
        assert prompt.size.height == 2
        assert app.sent == []


async def test_it_grows_with_wrapped_text_to_eight_rows() -> None:
    async with open_prompt() as (_app, prompt, pilot):
        heights = [prompt.size.height]
        for length in (60, 1000):
            prompt.set_text("word " * (length // 5))
            await pilot.pause()
            heights.append(prompt.size.height)
        assert heights == [1, 2, 8]


async def test_up_brings_back_what_was_sent_and_down_what_was_being_typed() -> None:
    async with open_prompt() as (_app, prompt, pilot):
        prompt.remember(["first", "second"])
        seen = []
        await pilot.press(*"new")
        for key in ("up", "up", "up", "down", "down"):
            await pilot.press(key)
            seen.append(prompt.text)
        assert seen == ["second", "first", "first", "second", "new"]


async def test_up_moves_within_a_text_before_it_leaves_it() -> None:
    async with open_prompt() as (_app, prompt, pilot):
        prompt.remember(["before"])
        await pilot.press("a", "ctrl+j", "b", "up")
        assert prompt.text == "a\nb"
        await pilot.press("up")
        assert prompt.text == "before"


async def test_backspace_removes_a_picture_only_at_the_very_start() -> None:
    async with open_prompt() as (app, prompt, pilot):
        await pilot.press(*"ab", "backspace")
        assert (prompt.text, app.removed) == ("a", 0)
        await pilot.press("home", "backspace")
        assert (prompt.text, app.removed) == ("a", 1)


async def test_a_pasted_path_attaches_and_other_text_is_inserted(tmp_path: Path) -> None:
    picture = tmp_path / "Screenshot at 9.41.00\u202fAM.PNG"
    picture.touch()
    async with open_prompt() as (app, prompt, pilot):
        app.post_message(Paste(f"'{picture}'"))
        app.post_message(Paste("two\nlines"))
        await pilot.pause()
        assert app.pasted == [picture]
        assert prompt.text == "two\nlines"


async def test_keys_delivered_together_act_in_their_order() -> None:
    async with open_prompt() as (app, prompt, pilot):
        for key in ["a", "b", "backspace", "c", "left", "d", "ctrl+j", "e", "enter", "f"]:
            app.post_message(Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        assert app.sent == ["ad\nec"]
        assert prompt.text == "f"


@pytest.mark.parametrize(
    ("sent", "key"),
    [("\r", "enter"), ("\n", "ctrl+j"), ("\x1b\r", "ctrl+j"), ("\x7f", "backspace")],
)
def test_a_terminal_without_a_keyboard_protocol_can_type_every_key(sent: str, key: str) -> None:
    read_alt_enter_as_newline()
    events = [event for event in XTermParser().feed(sent) if isinstance(event, Key)]
    assert [event.key for event in events] == [key]


async def test_keys_that_arrive_with_the_terminals_loss_of_focus_are_typed() -> None:
    async with open_prompt() as (app, prompt, pilot):
        for event in (Key("a", "a"), Key("b", "b"), AppBlur()):
            app.post_message(event)
        await pilot.pause()
        assert prompt.text == "ab"


async def test_what_was_typed_is_undone_by_the_key_that_shells_undo_with() -> None:
    async with open_prompt() as (_, prompt, pilot):
        await pilot.press(*"kept", "left", "right", *" gone", "ctrl+underscore")
        assert prompt.text == "kept"

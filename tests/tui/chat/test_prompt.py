"""The prompt by its keys, in an app with nothing else in it."""

import errno
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import on
from textual.app import App, ComposeResult
from textual.events import AppBlur, Key, Paste
from textual.pilot import Pilot

from seeshell.tui.chat.prompt import Prompt
from seeshell.tui.chat.tray import Choices
from seeshell.tui.session import attach_paths
from seeshell.tui.session.completion import Choice, Word, find_choices
from seeshell.tui.session.draft import DraftPicture


class PromptApp(App[None]):
    """Keeps what the prompt tells."""

    CSS_PATH = str(Path(__file__).parents[3] / "tui" / "chat" / "prompt.tcss")

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []
        self.sent: list[str] = []
        self.pasted: list[Path] = []
        self.missing: list[str] = []
        self.undone = 0
        self.offered = Choices()
        self.folder = Path()
        self.ends = 0

    def compose(self) -> ComposeResult:
        yield Prompt(False, self.find_choices, self)

    async def find_choices(self, word: Word) -> list[Choice]:
        return find_choices(word, ["lemons.png"], self.folder, self.folder)

    def write(self, text: str) -> None:
        self.written.append(text)

    def send(self, text: str) -> None:
        self.sent.append(text)
        self.query_one(Prompt).set_text("")

    def attach(self, pictures: Sequence[Path | DraftPicture]) -> None:
        self.pasted += [it.path if isinstance(it, DraftPicture) else it for it in pictures]

    @on(Prompt.MissingPasted)
    def keep_missing(self, event: Prompt.MissingPasted) -> None:
        self.missing += event.missing.names

    @on(Prompt.ChoicesOffered)
    def keep_choices(self, event: Prompt.ChoicesOffered) -> None:
        self.offered = event.choices

    def put_back(self) -> None:
        self.undone += 1

    def why_not_edited(self) -> str:
        return ""

    @on(Prompt.EndWanted)
    def count_ends(self) -> None:
        self.ends += 1


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


async def test_what_was_being_typed_stays_written_down_until_something_else_is_typed() -> None:
    async with open_prompt() as (app, prompt, pilot):
        prompt.remember(["first", "second"])
        await pilot.press(*"new", "up", "up", "down")
        assert (prompt.text, app.written[-1]) == ("second", "new")
        await pilot.press("!")
        assert (prompt.text, app.written[-1]) == ("second!", "second!")
        await pilot.press("down")
        assert (prompt.text, app.written[-1]) == ("new", "new")


async def test_what_was_made_of_a_message_is_there_again_when_the_walk_comes_by() -> None:
    async with open_prompt() as (_app, prompt, pilot):
        prompt.remember(["first", "second"])
        await pilot.press(*"new", "up", "!", "up", "?", "down")
        assert prompt.text == "second!"
        # A question that was asked before is now answered.
        prompt.remember_also("third")
        await pilot.press("down")
        assert prompt.text == "third"
        await pilot.press("down")
        assert prompt.text == "new"
        await pilot.press("up", "ctrl+x", "up", "up")
        assert prompt.text == "first?"
        await pilot.press("down", "down", "down")
        assert prompt.text == "new"


async def test_what_was_being_typed_stays_when_a_message_is_sent_again() -> None:
    async with open_prompt() as (app, prompt, pilot):
        prompt.remember(["first", "second"])
        await pilot.press(*"new", "up", "enter")
        assert (app.sent, prompt.text, app.written[-1]) == (["second"], "new", "new")
        await pilot.press("up", "up", "!", "enter")
        assert (app.sent[1:], prompt.text) == (["first!"], "new")
        await pilot.press("enter")
        assert (app.sent[2:], prompt.text) == (["new"], "")


async def test_up_moves_within_a_text_before_it_leaves_it() -> None:
    async with open_prompt() as (_app, prompt, pilot):
        prompt.remember(["before"])
        await pilot.press("a", "ctrl+j", "b", "up")
        assert prompt.text == "a\nb"
        await pilot.press("up")
        assert prompt.text == "before"


async def test_backspace_held_down_stops_at_the_beginning() -> None:
    async with open_prompt() as (app, prompt, pilot):
        await pilot.press(*"ab", *["backspace"] * 9)
        assert (prompt.text, app.undone) == ("", 0)


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


async def test_a_long_paste_is_undone_and_done_again() -> None:
    async with open_prompt() as (app, prompt, pilot):
        pasted = "\n".join(f"line {number}" for number in range(20))
        app.post_message(Paste(pasted))
        await pilot.pause()
        await pilot.press("ctrl+underscore")
        assert prompt.text == ""
        await pilot.press("ctrl+y")
        assert prompt.text == pasted
        await pilot.press("ctrl+x", "ctrl+underscore", "ctrl+y")
        assert prompt.text == ""
        await pilot.press("ctrl+underscore")
        assert (prompt.text, prompt.cursor_location) == (pasted, (19, 7))


async def test_a_terminal_of_hardly_any_columns_does_not_end_the_app() -> None:
    async with open_prompt() as (app, prompt, pilot):
        for columns in (4, 3, 2, 1):
            await pilot.resize_terminal(columns, 10)
            app.post_message(Paste("word " * 20))
            await pilot.pause()
            await pilot.press("ctrl+x")
        await pilot.resize_terminal(40, 20)
        await pilot.press("a")
        assert prompt.text == "a"


async def test_a_text_that_comes_back_is_as_it_was_and_can_still_be_undone() -> None:
    async with open_prompt() as (app, prompt, pilot):
        await pilot.press(*"kept", "left", "right", *" gone", "left", "left", "enter")
        assert (app.sent, prompt.text) == (["kept gone"], "")
        prompt.set_text("kept gone")
        assert prompt.cursor_location == (0, 7)
        await pilot.press("ctrl+underscore")
        assert prompt.text == "kept"
        await pilot.press("ctrl+y")
        assert prompt.text == "kept gone"
        await pilot.press("!")
        prompt.set_text("kept gone")
        await pilot.press("ctrl+underscore")
        assert prompt.text == "kept gone"


async def test_a_text_that_comes_back_stands_before_what_was_typed_since() -> None:
    async with open_prompt() as (_, prompt, pilot):
        await pilot.press(*"one", "enter", *"two")
        prompt.put_in_front("one")
        await pilot.press("!")
        assert prompt.text == "one\ntwo!"
        await pilot.press(*["ctrl+underscore"] * 3)
        assert prompt.text == ""


async def test_nothing_of_another_conversation_is_undone() -> None:
    async with open_prompt() as (_, prompt, pilot):
        await pilot.press(*"secret", "enter")
        prompt.set_text("other")
        await pilot.press("ctrl+underscore", "ctrl+underscore")
        assert prompt.text == "other"


async def test_the_prompt_is_cleared_and_that_is_undone() -> None:
    async with open_prompt() as (app, prompt, pilot):
        await pilot.press(*"a", "ctrl+j", *"b", "up", "ctrl+x")
        assert prompt.text == ""
        await pilot.press("ctrl+underscore")
        assert prompt.text == "a\nb"
        await pilot.press("f7", "ctrl+x")
        assert (prompt.text, app.clipboard) == ("", "a\nb")


async def test_undo_brings_a_removed_picture_back_unless_more_was_typed() -> None:
    async with open_prompt() as (app, prompt, pilot):
        await pilot.press(*"ab")
        prompt.note_removals(1)
        await pilot.press("ctrl+underscore")
        assert (app.undone, prompt.text) == (1, "ab")
        await pilot.press("left", *"c", "ctrl+underscore")
        assert (app.undone, prompt.text) == (1, "ab")


async def test_of_removals_that_were_undone_the_text_is_undone_next() -> None:
    async with open_prompt() as (app, prompt, pilot):
        await pilot.press(*"ab")
        for count in (1, 2):
            prompt.note_removals(count)
        for count in (1, 0):
            await pilot.press("ctrl+underscore")
            prompt.note_removals(count)
        await pilot.press("ctrl+underscore")
        assert (app.undone, prompt.text) == (2, "")


async def test_a_pasted_path_that_is_not_here_is_inserted_and_told_at_once() -> None:
    async with open_prompt() as (app, prompt, pilot):
        app.post_message(Paste("/Users/anna/Desktop/IMG_0412.HEIC "))
        await pilot.pause()
        assert app.missing == ["IMG_0412.HEIC"]
        assert prompt.text == "/Users/anna/Desktop/IMG_0412.HEIC "
        app.post_message(Paste("photo.jpg"))
        await pilot.pause()
        assert app.missing == ["IMG_0412.HEIC", "IMG_0412.HEIC", "photo.jpg"]


async def test_a_path_that_can_not_be_looked_for_now_is_inserted_as_it_was_pasted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_text: str) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    picture = tmp_path / "cat.png"
    picture.touch()
    monkeypatch.setattr(attach_paths, "find_pictures", fail)
    async with open_prompt() as (app, prompt, pilot):
        app.post_message(Paste(str(picture)))
        await pilot.pause()
        assert (app.pasted, prompt.text) == ([], str(picture))


async def test_a_bare_name_pasted_into_a_sentence_is_not_told() -> None:
    async with open_prompt() as (app, _, pilot):
        await pilot.press(*"look ")
        app.post_message(Paste("photo.jpg"))
        await pilot.pause()
        assert app.missing == []


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("cat.png", "car.png", "my cat.png"):
        (tmp_path / name).touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


async def test_tab_completes_a_path_and_stays_in_the_prompt(folder: Path) -> None:
    async with open_prompt() as (app, prompt, pilot):
        app.folder = folder
        await pilot.press(*"see ~/my", "tab", "x")
        assert prompt.text == r"see ~/my\ cat.png x"
        assert prompt.has_focus
        await pilot.press("tab", "tab")
        assert prompt.has_focus
        assert prompt.text == r"see ~/my\ cat.png x"


async def test_tab_goes_as_far_as_names_agree_and_then_through_them(folder: Path) -> None:
    async with open_prompt() as (app, prompt, pilot):
        app.folder = folder
        seen = []
        await pilot.press(*"~/c")
        for _ in range(4):
            await pilot.press("tab")
            seen.append(prompt.text)
        assert seen == ["~/ca", "~/car.png", "~/cat.png", "~/car.png"]
        assert app.offered == Choices(("car.png", "cat.png"), 0)
        await pilot.press("!")
        assert prompt.text == "~/car.png!"
        assert not app.offered


async def test_behind_an_at_a_picture_of_the_last_folder_is_attached_one_of_the_chat_named(
    folder: Path,
) -> None:
    async with open_prompt() as (app, prompt, pilot):
        app.folder = folder
        await pilot.press(*"is @my", "tab", *"like @lem", "tab")
        assert prompt.text == "is my cat.png like lemons.png "
        assert app.pasted == [folder / "my cat.png"]
        await pilot.press(*"or @ca", "tab", "tab", "tab", "enter")
        assert app.pasted == [folder / "my cat.png", folder / "cat.png"]
        assert app.sent == ["is my cat.png like lemons.png or cat.png"]


async def test_end_goes_on_to_the_end_of_the_log_once_it_has_nowhere_to_go_in_the_text() -> None:
    async with open_prompt() as (app, prompt, pilot):
        await pilot.press("end")
        assert app.ends == 1
        await pilot.press(*"two words", "home", "end")
        assert (app.ends, prompt.cursor_location) == (1, (0, 9))
        await pilot.press("end")
        assert app.ends == 2
        await pilot.press("shift+end", "home", "ctrl+end")
        assert (app.ends, prompt.cursor_location) == (3, (0, 0))

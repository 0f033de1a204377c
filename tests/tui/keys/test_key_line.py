"""The last row: the most useful keys, none of them cut, and always the one for all commands."""

import re

from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from seeshell.tui.key_line import KeyLine
from seeshell.tui.keys.bindings import Keyed, bindings_of
from seeshell.tui.keys.keymap import DEFAULT_KEYS
from seeshell.tui.keys.names import shown_name
from seeshell.tui.keys.table import COMMANDS

from ...messages import answer, question
from ...running_core import RunningCore
from ..conftest import OpenApp
from ..log.log_app import LogApp, log_of


class Around(Keyed, Vertical):
    """What lies around the log in the chat; letters are its keys for the log only."""

    BINDINGS = bindings_of("chat")

    def __init__(self, *children: Widget) -> None:
        super().__init__(*children)
        self.done: list[str] = []

    def takes_letters(self) -> bool:
        return self.screen.focused is log_of_app(self)

    def action_edit(self) -> None:
        self.done.append("edit")

    def action_regenerate(self) -> None:
        self.done.append("regenerate")


def log_of_app(node: Widget) -> Widget:
    return node.query_one("ChatLog")


class Other(Widget, can_focus=True):
    """Something else that takes the focus."""


class LineApp(LogApp):
    """A log, something else with the focus and the row of keys."""

    BINDINGS = bindings_of("app")

    def compose(self) -> ComposeResult:
        yield Around(*super().compose(), Other())
        yield KeyLine()


def words(app: App[None]) -> list[str]:
    return re.split(r" {2,}", str(app.query_one(KeyLine).render()).strip())


async def test_no_key_is_cut_and_the_one_for_all_commands_is_always_there() -> None:
    told = {
        f"{shown_name(key)} {command.footer}"
        for command_id, command in COMMANDS.items()
        for key in DEFAULT_KEYS.of(command_id)
    }
    app = LineApp([question(1, "Go"), answer(2, "On")])
    async with app.run_test(size=(220, 10)) as pilot:
        widest = words(app)[:-1]
        for columns in (20, 33, 47, 60, 79, 80, 81, 100, 131):
            await pilot.resize_terminal(columns, 10)
            while app.query_one(KeyLine).size.width != columns - 2:
                await pilot.pause()
            *shown, last = words(app)
            assert last == "ctrl+p commands"
            assert shown == widest[: len(shown)]
            assert set(shown) <= told
            needed = sum(map(len, (*shown, last))) + 2 * len(shown)
            assert needed <= columns - 2
            following = widest[len(shown)] if len(shown) < len(widest) else ""
            assert not following or needed + 2 + len(following) > columns - 2


async def test_letters_act_on_a_message_only_while_its_mark_is_seen() -> None:
    app = LineApp([question(1, "Go"), answer(2, "On")])
    async with app.run_test(size=(100, 10)) as pilot:
        around = app.query_one(Around)
        assert log_of(pilot).cursor is not None
        await pilot.press("e", "r", "ctrl+r")
        assert around.done == ["edit", "regenerate", "regenerate"]
        app.query_one(Other).focus()
        await pilot.press("e", "r", "ctrl+r")
        assert around.done[3:] == ["regenerate"]
        assert "ctrl+r again" in words(app)
        assert "e edit" not in words(app)


async def test_the_log_marks_a_message_as_soon_as_it_has_the_focus(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.ask("how many shapes?")
        assert "▎" not in user.screen
        await user.press("shift+tab")
        await user.sees("▎answer", "c copy", "ctrl+p commands")
        await user.press("escape")
        await user.until(lambda: "▎" not in user.screen)

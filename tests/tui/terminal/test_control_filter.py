"""Control characters that were typed, pasted or recalled."""

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.widgets import Input

from seeshell.tui.terminal.control_filter import ControlFilter
from seeshell.tui.visible import visible

from ...running_core import RunningCore
from ..conftest import OpenApp

EVIL = "a\x1b]0;title\x07b\x9b31mc\u202ed"
HARMLESS = "a]0;titleb31mcd"


async def test_no_field_of_input_steers_the_terminal_and_the_text_stays(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        user.chat.prompt.set_text(EVIL)
        await user.sees(HARMLESS)
        assert visible(user.screen) == user.screen
        assert user.chat.prompt.text == EVIL
        for key in ("f2", "ctrl+p"):
            await user.press(key)
            user.app.screen.query_one(Input).value = EVIL
            await user.sees(HARMLESS)
            assert visible(user.screen) == user.screen


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("plain", "plain"),
        ("a\tb\nc", "abc"),
        ("a\x1b[2Jb\x9bc", "a[2Jbc"),
        ("a\u200e\u202eb\u2066", "ab"),
        ("soft\u00adhyphen", "soft hyphen"),
        ("a\u115fb", "a  b"),
        ("a\u200bb\ufeff\u2060", "ab"),
        ("a\U000e0041\U000e007fb", "ab"),
        ("a\ud800b", "a b"),
        ("👩\u200d💻 می\u200cخ ❤\ufe0f 日本", "👩\u200d💻 می\u200cخ ❤\ufe0f 日本"),
    ],
)
def test_what_a_field_draws_takes_the_cells_that_were_counted(text: str, drawn: str) -> None:
    style = Style(bold=True)
    segments = ControlFilter().apply([Segment(text, style)], Color.parse("black"))
    assert segments == [Segment(drawn, style)]
    assert cell_len(drawn) == cell_len(text.replace("\t", "").replace("\n", ""))

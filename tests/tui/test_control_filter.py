"""Control characters that were typed, pasted or recalled."""

from textual.widgets import Input

from seeshell.tui.visible import visible

from ..running_core import RunningCore
from .conftest import OpenApp

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

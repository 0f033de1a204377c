"""The preview beside the chat: as wide as there is room, and never just empty."""

from pathlib import Path

import pytest

from seeshell.tui.picker.preview import NOTHING_SHOWN

from ...running_core import RunningCore
from ..conftest import OpenApp


@pytest.mark.parametrize(
    ("size", "columns"), [((80, 24), 80), ((160, 40), 48), ((200, 60), 59), ((250, 60), 74)]
)
async def test_it_grows_with_the_terminal_and_says_what_would_be_there(
    open_app: OpenApp, shared_demo_core: RunningCore, size: tuple[int, int], columns: int
) -> None:
    async with open_app(shared_demo_core, size=size) as user:
        await user.press("f3")
        pane = user.chat.query_one("#preview")
        await user.until(lambda: pane.outer_size.width == columns)
        await user.until(lambda: NOTHING_SHOWN in " ".join(_text(pane).split()))
        user.chat.panels.preview = "lemons.png is empty; attach another."
        await user.until(lambda: "lemons.png is empty; attach another." in _text(pane))


async def test_no_picture_of_another_conversation_stays_in_it(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core, size=(160, 40)) as user:
        await user.attach(samples / "green-star.png")
        await user.press("f3")
        await user.sees("green-star.png", "▀▀▀")
        await user.ask("")
        await user.attach(samples / "red-circle-blue-square.png")
        shown = user.chat.session.draft.pictures[0].attachment
        assert user.chat.panels.preview == shown
        await user.press("ctrl+n")
        await user.sees("shown here.")
        assert user.chat.panels.preview is None
        await user.press("f9")
        await user.sees("There is no picture yet")
        await user.press("f2", "enter")
        await user.until(lambda: user.chat.panels.preview == shown)


def _text(pane: object) -> str:
    render_line, size = pane.render_line, pane.size  # type: ignore[attr-defined]
    return " ".join(render_line(y).text.strip() for y in range(size.height))

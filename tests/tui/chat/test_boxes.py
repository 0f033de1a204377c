"""Boxes of an answer in the app: over the picture, walked by keys, and cut out to ask about."""

from pathlib import Path

from seeshell.core.excerpt import Excerpt, Region

from ...running_core import RunningCore
from ..conftest import AppUser, OpenApp

BOXES = (
    '[{"bbox_2d": [100, 200, 600, 800], "label": "left"}, '
    '{"bbox_2d": [600, 0, 900, 500], "label": "right"}]'
)


async def answer_with_boxes(user: AppUser, samples: Path) -> None:
    """Has a question about a picture answered, with boxes written in place of the answer."""
    await user.attach(samples / "red-circle-blue-square.png")
    await user.ask("Where are they?")
    await user.press("shift+tab", "w")
    await user.until(lambda: user.chat.prompt.text == user.answer)
    await user.press("ctrl+u")
    await user.type(BOXES)
    await user.press("enter")
    await user.until(lambda: user.answer == BOXES)


async def test_a_box_is_walked_to_and_cut_out(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    region = Region(480, 0, 240, 300)
    async with open_app(shared_demo_core, size=(200, 50)) as user:
        await answer_with_boxes(user, samples)
        await user.sees("1 left", "2 right")
        await user.press("f3", "shift+tab")
        await user.sees("n boxes")
        await user.press("n", "n")
        where = "2 right · 240x300 pixels"
        # Beside the picture in the log, and below it in the preview.
        await user.until(lambda: user.screen.count(where) == 2)
        await user.sees("enter crop", "esc leave boxes")
        await user.press("enter")
        draft = user.chat.session.draft
        await user.until(lambda: draft.attachments)
        (picture,) = draft.attachments
        assert picture.excerpt == Excerpt(1, region)
        assert user.chat.prompt.has_focus


async def test_escape_leaves_the_boxes_before_the_log(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core, size=(80, 40)) as user:
        await answer_with_boxes(user, samples)
        await user.press("shift+tab", "p")
        await user.sees("2 right · ")
        await user.press("escape")
        await user.until(lambda: "2 right · " not in user.screen)
        assert user.chat.chat.log_view.has_focus


async def test_the_viewer_walks_the_boxes_too(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core, size=(100, 40)) as user:
        await answer_with_boxes(user, samples)
        await user.press("shift+tab", "k", "z")
        await user.sees("n boxes", "b hide")
        await user.press("n")
        await user.sees("1 left · 400x360 pixels at 80,120", "enter crop")
        await user.press("b")
        await user.until(lambda: "1 left" not in user.screen)
        await user.press("n", "p", "p", "enter")
        draft = user.chat.session.draft
        await user.until(lambda: draft.attachments)
        assert draft.attachments[0].excerpt == Excerpt(1, Region(480, 0, 240, 300))
        assert user.chat.prompt.has_focus

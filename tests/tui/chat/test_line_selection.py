"""Lines selected with the keyboard in the whole app, on a small terminal."""

from pathlib import Path

from seeshell.tui.session.draft import DraftPicture
from seeshell.tui.session.launch_options import LaunchOptions

from ...running_core import RunningCore
from ..conftest import OpenApp

PICTURE = "red-circle-blue-square.png"


async def test_lines_of_an_answer_that_goes_on_are_copied(
    open_app: OpenApp, shared_rambling_core: RunningCore, samples: Path
) -> None:
    async with open_app(
        shared_rambling_core, launch=LaunchOptions(images=(DraftPicture(samples / PICTURE),))
    ) as user:
        await user.sees(f"[1] {PICTURE}")
        await user.type("what is in the picture?")
        await user.press("enter")
        await user.until(lambda: len(user.answer) > 800)
        log = user.chat.chat.log_view
        await user.press("shift+tab", "v")
        await user.sees("j down", "c copy", "esc stop selecting")
        assert "fork" not in user.screen
        top, length = log.top, len(user.answer)
        await user.press("j", "j")
        await user.until(lambda: len(user.answer) > length + 400)
        assert log.top == top
        copied = user.chat.get_selected_text() or ""
        assert copied in user.answer
        await user.press("enter")
        # The line may have ended in between.
        assert user.app.clipboard.rstrip("\n") == copied.rstrip("\n")
        await user.sees("Selection copied by OSC 52")
        await user.press("v", "r", "e", "escape")
        assert user.chat.session.turns.is_answering
        assert log.has_focus
        assert not log.is_selecting
        await user.press("escape")
        await user.until(lambda: user.messages[-1].finish_reason == "cancelled")


async def test_it_ends_when_the_keys_go_to_the_prompt_or_another_conversation(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.attach(samples / PICTURE)
        await user.ask("what is in the picture?")
        log = user.chat.chat.log_view
        for key in ("tab", "ctrl+n"):
            await user.press("shift+tab", "v")
            await user.until(lambda: log.is_selecting)
            await user.press(key)
            await user.until(lambda: user.chat.prompt.has_focus and not log.is_selecting)
            assert user.chat.get_selected_text() is None


async def test_the_palette_begins_it_from_the_prompt(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.attach(samples / PICTURE)
        await user.ask("what is in the picture?")
        await user.press("ctrl+p")
        await user.type("select lines")
        await user.sees("Select lines")
        await user.press("enter")
        await user.until(lambda: user.chat.chat.log_view.is_selecting)
        await user.press("ctrl+c")
        assert user.app.clipboard == user.answer.splitlines()[0]


async def test_a_wider_terminal_with_panels_keeps_it(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.attach(samples / PICTURE)
        await user.ask("what is in the picture?")
        log = user.chat.chat.log_view
        await user.press("shift+tab", "v")
        copied = user.chat.get_selected_text()
        for size in ((200, 60), (80, 24)):
            await user.pilot.resize_terminal(*size)
            await user.until(lambda rows=size[1]: log.size.height > rows - 8)  # type: ignore[misc]
            assert log.is_selecting
            assert user.chat.get_selected_text() == copied

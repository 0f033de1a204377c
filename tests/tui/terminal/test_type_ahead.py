"""Bursts of keys, as a slow line delivers them: each goes where it would have gone one by one."""

from pathlib import Path

import pytest
from textual.widgets import Input

from ...running_core import RunningCore
from ..conftest import OpenApp

PICTURE = "green-star.png"
CTRL_O, CTRL_P, F2, F11, ESCAPE = "\x0f", "\x10", "\x1bOQ", "\x1b[23~", "\x1b[27u"
ALT_A, ALT_E, ALT_T = "\x1ba", "\x1be", "\x1bt"


@pytest.fixture
def among_samples(
    shared_demo_core: RunningCore, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lets the picker start in the folder of the samples, wherever a test before has left it."""
    monkeypatch.chdir(samples)
    (shared_demo_core.paths.data_dir / "picker.json").unlink(missing_ok=True)


@pytest.mark.usefixtures("among_samples")
async def test_what_is_typed_behind_the_key_of_the_picker_is_typed_into_the_picker(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.type(CTRL_O + "green\r")
        await user.sees(f"[1] {PICTURE}", "tok")
        assert user.messages == []
        assert user.chat.prompt.text == ""


@pytest.mark.usefixtures("among_samples")
async def test_a_picture_is_picked_and_asked_about_in_one_burst(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.type(CTRL_O + "green\rwhat is in the picture?\r")
        await user.until(lambda: len(user.messages) == 2)
        await user.until(lambda: "green star" in user.answer)
        assert user.messages[0].text == "what is in the picture?"
        assert [picture.name for picture in user.messages[0].attachments] == [PICTURE]


async def test_a_panel_that_was_never_open_gets_the_keys_behind_its_own(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.ask("hello")
        await user.type(F2 + "/he")
        await user.until(
            lambda: user.app.query_one("#sidebar .library-filter", Input).value == "he"
        )
        assert user.chat.prompt.text == ""


async def test_a_conversation_is_renamed_in_one_burst_and_the_next_words_are_for_the_prompt(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.ask("how many shapes?")
        await user.type(F2 + "r" + "\x15" + "Counting\r" + ESCAPE + "and now?")
        await user.until(lambda: user.chat.prompt.text == "and now?")
        await user.sees("Counting")


async def test_a_command_that_asks_for_a_line_gets_that_line(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.type(CTRL_P + "load\r" + "./nowhere\r" + "words")
        await user.sees("no model ./nowhere")
        await user.until(lambda: user.chat.prompt.text == "words")


async def test_a_chord_acts_where_the_key_before_it_leads_and_types_no_letter(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.ask("hello")
        await user.type(ALT_E + ALT_A)
        await user.sees("[x] all branches", "hello.html")
        assert user.app.screen.query_one(Input).value.endswith("hello.html")
        assert user.chat.prompt.text == ""


async def test_a_chord_that_has_nothing_to_do_types_no_letter(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.type(ALT_T + "ab")
        await user.until(lambda: user.chat.prompt.text == "ab")


async def test_a_key_that_does_nothing_keeps_nothing_back(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.type(F11 + "a" + F11 + "b")
        await user.until(lambda: user.chat.prompt.text == "ab")

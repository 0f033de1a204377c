"""Presets and templates in the app, on a real core with the demonstration model."""

import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from seeshell.core.presets import EXAMPLE, read_presets
from seeshell.tui.session.launch_options import LaunchOptions

from ...running_core import RunningCore
from ..conftest import AppUser, OpenApp

PRESETS = '''
[presets.terse]
about = "one sentence"
system = """Answer in one short sentence.
Be kind."""
temperature = 0

[presets.exact]
max_tokens = 50
'''


def write(file: Path, text: str | None) -> None:
    """Writes the file, or deletes it."""
    if text is None:
        file.unlink()
    else:
        file.write_text(text)


def read_own(file: Path) -> str:
    """Returns what stands in a file that nobody else may read."""
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    return file.read_text()


@pytest.fixture
def presets_file(shared_demo_core: RunningCore) -> Iterator[Path]:
    """The core's, which is gone after the test."""
    file = shared_demo_core.paths.presets_file
    write(file, PRESETS)
    yield file
    file.unlink(missing_ok=True)


@pytest.fixture
async def user(
    open_app: OpenApp, shared_demo_core: RunningCore, presets_file: Path
) -> AsyncIterator[AppUser]:
    async with open_app(shared_demo_core) as user:
        yield user


async def test_a_preset_is_chosen_and_counts_from_the_next_question_on(user: AppUser) -> None:
    await user.ask("hello")
    before = user.messages[-1].stats
    assert before is not None
    await user.press("f12")
    await user.sees("• default", "as the settings and the model say", "terse", "one sentence")
    await user.press("down")
    tokens = before.prompt_tokens + before.generated_tokens
    await user.sees(f"the next question reads {tokens} tokens again", "temperature 0", "Be kind.")
    await user.press("down")
    await user.sees("at most 50 tokens")
    assert "tokens again" not in user.screen
    await user.press("up", "enter")
    await user.sees("demo · terse")
    await user.ask("hello")
    after = user.messages[-1].stats
    assert after is not None
    assert after.prompt_tokens > tokens + len(["Answer", "in", "one", "short", "sentence."])


async def test_pictures_in_the_prompt_show_what_they_will_take(
    user: AppUser, presets_file: Path, samples: Path
) -> None:
    write(presets_file, "[presets.small]\npixel_budget = 4\n")
    await user.attach(samples / "green-star.png")
    (before,) = user.chat.session.draft.attachments
    await user.press("f12", "down", "enter")
    await user.until(lambda: [it.pixel_budget for it in user.chat.session.draft.attachments] == [4])
    (after,) = user.chat.session.draft.attachments
    assert after.tokens <= 4 < before.tokens
    await user.ask("What is it?")
    (sent,) = user.messages[0].attachments
    assert (sent.tokens, sent.pixel_budget) == (after.tokens, 4)


async def test_escape_changes_nothing(user: AppUser) -> None:
    await user.press("f12", "down")
    await user.sees("Be kind.")
    await user.press("escape")
    await user.until(lambda: user.app.screen is user.chat)
    assert "terse" not in user.screen
    assert user.chat.session.preset.chosen == ""


async def test_what_is_chosen_for_a_new_conversation_is_kept_with_its_first_question(
    user: AppUser,
) -> None:
    await user.press("f12", "down", "enter")
    await user.sees("demo · terse")
    await user.ask("hello")
    await user.sees("demo · terse")
    kept = user.chat.session.conversation
    assert kept is not None
    await user.press("ctrl+n")
    await user.sees("New conversation")
    assert "terse" not in user.screen
    opened = await user.chat.session.shown.open(kept)
    assert opened is not None
    assert opened.summary.choices.preset == "terse"
    await user.sees("demo · terse")


async def test_another_window_hears_of_the_change(
    open_app: OpenApp, shared_demo_core: RunningCore, user: AppUser
) -> None:
    await user.ask("hello")
    launch = LaunchOptions(chat=user.chat.session.conversation)
    async with open_app(shared_demo_core, launch=launch) as other:
        await user.chat.run_action("use_preset('exact')")
        await other.sees("demo · exact")


@pytest.mark.usefixtures("presets_file")
async def test_the_command_line_names_a_preset_and_one_that_is_not_there_is_told(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core, launch=LaunchOptions(preset="exact")) as user:
        await user.sees("demo · exact")
    async with open_app(shared_demo_core, launch=LaunchOptions(preset="gone")) as user:
        await user.sees("There is no preset gone in")
        assert user.chat.session.preset.chosen == ""


async def test_a_models_default_preset_is_shown_and_counts(
    user: AppUser, presets_file: Path
) -> None:
    write(presets_file, PRESETS + "[models.demo]\npreset = 'exact'\n")
    await user.press("f12")
    await user.sees("this model's: exact")
    await user.press("escape")
    await user.sees("demo · exact")
    await user.ask("hello")


async def test_what_is_wrong_with_the_file_stands_below_the_presets(
    user: AppUser, presets_file: Path
) -> None:
    write(presets_file, "[presets.terse]\ntemperature = 5")
    await user.press("f12")
    await user.sees("temperature in [presets.terse] is 5, but", "be a number from 0 to 2")


async def test_a_template_is_put_at_the_cursor_and_can_be_undone(user: AppUser) -> None:
    await user.type("Tell me: ")
    await user.press("ctrl+f")
    await user.sees(" d  describe", " f  find", "Where is …? Give its box.")
    await user.press("f")
    await user.until(lambda: user.app.screen is user.chat)
    await user.type("the circle")
    assert user.chat.prompt.text == "Tell me: Where is the circle? Give its box."
    user.chat.prompt.action_undo()
    user.chat.prompt.action_undo()
    await user.until(lambda: "Where" not in user.chat.prompt.text)
    assert user.chat.prompt.text.startswith("Tell me:")


async def test_templates_of_the_file_are_in_the_menu_the_palette_and_the_list_of_keys(
    user: AppUser, presets_file: Path
) -> None:
    write(
        presets_file,
        '[templates]\ncompare = ""\n[templates.meter]\nkey = "w"\ntext = "Read it.\\n"\n',
    )
    await user.press("ctrl+f")
    await user.sees(" w  meter")
    assert "compare" not in user.screen
    await user.press("escape", "ctrl+p")
    await user.type("ask: met")
    await user.sees("Ask: meter")
    await user.press("enter")
    await user.until(lambda: user.chat.prompt.text == "Read it.\n")
    await user.press("f1", "end")
    await user.until(lambda: user.app.screen is not user.chat)
    blocks = [str(block.render()) for block in user.app.screen.query("Static")]
    assert any("w                              meter" in block for block in blocks)


async def test_the_first_edit_begins_with_an_example(
    user: AppUser, presets_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(presets_file, None)
    monkeypatch.setenv("VISUAL", "/nowhere/editor")
    await user.press("f12")
    await user.sees("e writes the first presets")
    await user.press("ctrl+e")
    await user.sees("can't be handed", "terse", "exact")
    assert read_own(presets_file) == EXAMPLE
    assert [preset.name for preset in read_presets(presets_file).presets] == ["exact", "terse"]

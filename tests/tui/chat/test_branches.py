"""Answering again, editing, forking: from the keyboard, on a real core."""

import asyncio
from pathlib import Path

from PIL import Image

from seeshell.core.conversation import Message
from seeshell.core.ipc.client import CoreClient
from seeshell.core.messages.events import CoreStatus
from seeshell.core.messages.requests import GetStatus
from seeshell.tui.session.launch_options import LaunchOptions

from ...patience import PATIENCE
from ...running_core import RunningCore
from ..conftest import AppUser, OpenApp

PICTURE = "red-circle-blue-square.png"
QUESTION = "what is in the picture?"
QUESTION_TOKENS = 15
"""More than a short question takes, and less than any that has a picture."""


async def answered(user: AppUser, *texts: str) -> Message:
    """Returns the last answer once it has ended and the questions on screen are these."""

    def is_answered() -> bool:
        questions = [message.text for message in user.messages if message.role == "user"]
        return questions == [*texts] and bool(user.messages[-1].finish_reason)

    await user.until(is_answered)
    return user.messages[-1]


async def ask_about_picture(user: AppUser, samples: Path) -> Message:
    await user.attach(samples / PICTURE)
    await user.ask(QUESTION)
    return user.messages[-1]


async def until_prepared(user: AppUser) -> None:
    """Returns when the core has computed ahead what it was told of."""
    await user.pilot.pause()
    client = await CoreClient.connect(user.app.paths, start=False)
    async with asyncio.timeout(PATIENCE):
        status = await client.request(GetStatus())
        while not isinstance(status, CoreStatus) or status.is_preparing:
            await user.pilot.pause(0.02)
            status = await client.request(GetStatus())
    await client.close()


async def test_a_picture_is_encoded_while_its_question_is_typed(
    open_app: OpenApp, shared_demo_core: RunningCore, tmp_path: Path
) -> None:
    # One that no other test has shown to this core.
    picture = tmp_path / "green.png"
    Image.new("RGB", (320, 240), "green").save(picture)
    async with open_app(shared_demo_core) as user:
        await user.attach(picture)
        await until_prepared(user)
        await user.ask("what is in the picture?")
        stats = user.messages[-1].stats
        assert stats is not None
        assert (stats.images_encoded, stats.images_reused) == (0, 1)
        assert stats.prefilled_tokens < stats.reused_tokens


async def test_an_answer_is_given_again_and_the_one_before_is_a_key_away(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core) as user:
        first = await ask_about_picture(user, samples)
        await user.press("ctrl+r")
        await user.until(lambda: user.messages[-1].id != first.id)
        second = await answered(user, QUESTION)
        assert second.stats is not None
        assert (second.stats.images_encoded, second.stats.images_reused) == (0, 1)
        assert second.stats.prefilled_tokens < second.stats.reused_tokens
        await user.sees("answer  2/2")
        await user.press("shift+tab", "[")
        await user.sees("answer  1/2", "] newer")
        assert user.messages[-1].id == first.id
        await user.press("]")
        await user.sees("answer  2/2", "[ older")
        assert user.messages[-1].id == second.id


async def test_the_versions_of_an_answer_are_reached_from_its_question_too(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core, size=(120, 30)) as user:
        first = await ask_about_picture(user, samples)
        await user.press("ctrl+r")
        await user.sees("answer  2/2")
        await user.press("shift+tab", "k", "k")
        await user.sees("esc prompt")
        await user.press("[")
        await user.sees("answer  1/2")
        assert user.messages[-1].id == first.id
        await user.press("escape")
        await user.until(lambda: user.chat.prompt.has_focus)
        assert "esc prompt" not in user.screen


async def test_an_edited_question_is_asked_beside_the_one_before_and_the_draft_waits(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core) as user:
        first = await ask_about_picture(user, samples)
        await user.ask("how many shapes?")
        await user.type("half a thought")
        await user.press("shift+tab", "k", "k", "k", "k", "e")
        await user.sees("editing question 1", f"[1] {PICTURE}")
        assert user.chat.prompt.text == QUESTION
        user.chat.prompt.set_text("what color is the square?")
        await user.press("enter")
        answer = await answered(user, "what color is the square?")
        assert "blue" in answer.text
        assert answer.stats is not None
        assert answer.stats.images_encoded == 0
        assert [it.name for it in user.messages[0].attachments] == [PICTURE]
        await user.until(lambda: user.chat.prompt.text == "half a thought")
        assert "editing" not in user.screen
        await user.press("shift+tab", "k", "k", "[")
        await user.until(lambda: len(user.messages) == 4)
        assert user.messages[1] == first
        await user.sees("you  1/2")


async def test_a_picture_added_to_an_edited_question_is_computed_while_that_is_typed(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path, tmp_path: Path
) -> None:
    # One that no other test has shown to this core.
    added = tmp_path / "added.png"
    Image.new("RGB", (320, 240), "purple").save(added)
    async with open_app(shared_demo_core) as user:
        await ask_about_picture(user, samples)
        await user.ask("how many shapes?")
        await user.press("shift+tab", "k", "k", "k", "k", "e")
        await user.sees("editing question 1", f"[1] {PICTURE}")
        await user.attach(added)
        await until_prepared(user)
        await user.press("enter")
        answer = await answered(user, QUESTION)
        assert answer.stats is not None
        assert (answer.stats.images_encoded, answer.stats.images_reused) == (0, 2)
        assert answer.stats.prefilled_tokens < QUESTION_TOKENS


async def test_escape_leaves_the_question_as_it_is_and_gives_the_draft_back(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core) as user:
        await ask_about_picture(user, samples)
        await user.type("half a thought")
        await user.press("shift+tab", "e")
        await user.sees("editing question 1", "esc cancel edit")
        await user.type(" really?")
        await user.press("escape")
        await user.until(lambda: user.chat.prompt.text == "half a thought")
        assert "editing" not in user.screen
        assert f"[1] {PICTURE}" not in user.screen
        assert user.messages[0].text == QUESTION
        await user.press("up")
        assert user.chat.prompt.text == f"{QUESTION} really?"


async def test_of_an_edit_that_another_one_follows_up_brings_back_the_text(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.ask("how many shapes?")
        await user.ask("and which colours?")
        await user.press("shift+tab", "e")
        await user.sees("editing question 2")
        await user.type(" really?")
        await user.press("shift+tab", "k", "k", "e")
        await user.sees("editing question 1")
        assert user.chat.prompt.text == "how many shapes?"
        await user.press("up")
        assert user.chat.prompt.text == "and which colours? really?"


async def test_an_edit_waits_while_another_conversation_is_open_and_for_the_next_start(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core) as user:
        await ask_about_picture(user, samples)
        conversation = user.chat.session.conversation
        await user.type("half a thought")
        await user.press("shift+tab", "e")
        await user.sees("editing question 1")
        await user.type(" really?")
        await user.press("ctrl+n")
        await user.until(lambda: user.chat.prompt.text == "")
        assert "editing" not in user.screen
    launch = LaunchOptions(chat=conversation)
    async with open_app(shared_demo_core, launch=launch, keeps_drafts=True) as user:
        await user.sees("editing question 1", f"[1] {PICTURE}", f"{QUESTION} really?")
        await user.press("enter")
        await answered(user, f"{QUESTION} really?")
        assert [it.name for it in user.messages[0].attachments] == [PICTURE]
        await user.until(lambda: user.chat.prompt.text == "half a thought")


async def test_a_fork_goes_on_in_a_conversation_of_its_own(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core) as user:
        await ask_about_picture(user, samples)
        origin = user.chat.session.conversation
        assert origin is not None
        await user.ask("how many shapes?")
        await user.press("shift+tab", "k", "k", "k", "k", "f")
        await user.until(lambda: user.chat.session.conversation != origin)
        await user.until(lambda: len(user.messages) == 2)
        await user.ask("what color is the square?")
        stats = user.messages[-1].stats
        assert stats is not None
        assert stats.images_encoded == 0
        await user.chat.session.shown.open(origin)
        await answered(user, QUESTION, "how many shapes?")


async def test_what_can_not_be_done_during_an_answer_says_so_and_loses_nothing(
    open_app: OpenApp, shared_rambling_core: RunningCore
) -> None:
    async with open_app(shared_rambling_core) as user:
        await user.type(QUESTION)
        await user.press("enter")
        await user.until(lambda: user.chat.session.turns.is_answering and len(user.messages) == 2)
        await user.press("ctrl+r")
        await user.sees("This conversation is being answered")
        await user.press("shift+tab", "e")
        await user.sees("editing question 1")
        await user.type(" now?")
        await user.press("enter")
        await user.until(lambda: user.chat.prompt.text == f"{QUESTION} now?")
        await user.sees("editing question 1")
        assert len(user.messages) == 2
        # What was refused is closed, the edit left, the answer stopped.
        await user.press("escape", "escape", "escape")
        await user.until(lambda: user.messages[-1].finish_reason == "cancelled")


async def test_the_whole_receipt_is_shown_when_asked_for_and_at_the_next_start(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    (shared_demo_core.paths.cache_dir / "interface.json").unlink(missing_ok=True)
    async with open_app(shared_demo_core) as user:
        await ask_about_picture(user, samples)
        assert "decoded" not in user.screen
        await user.press("shift+tab", "i")
        await user.sees("prefilled · ", " decoded", "pictures: ", " encoded", "peak ")
        conversation = user.chat.session.conversation
    async with open_app(shared_demo_core, launch=LaunchOptions(chat=conversation)) as user:
        await user.sees(" decoded")
        await user.press("shift+tab", "i")
        await user.until(lambda: " decoded" not in user.screen)


async def test_the_palette_offers_what_can_be_done_now(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.press("ctrl+p")
        await user.sees("Start a new conversation")
        assert "Answer again" not in user.screen
        await user.press("escape")
        await user.ask("how many shapes?")
        await user.press("ctrl+p")
        await user.sees("Answer again")
        await user.type("edit the")
        await user.sees("Edit the question")
        await user.press("enter")
        await user.sees("editing question 1")


async def test_the_palette_offers_what_can_be_done_in_log_and_list(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core, size=(120, 60)) as user:
        await user.ask("how many shapes?")
        await user.press("ctrl+p")
        await user.sees("Copy the message")
        assert "Rename the conversation" not in user.screen
        await user.press("escape", "f2", "ctrl+p")
        await user.type("rename")
        await user.sees("Rename the conversation", "r in the list")
        await user.press("enter")
        await user.sees("Title")

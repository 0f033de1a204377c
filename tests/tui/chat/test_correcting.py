"""Answers corrected by hand: stored beside the model's, shown as such, used by later prompts."""

from pathlib import Path

from seeshell.core.conversation import Message

from ...running_core import RunningCore
from ..conftest import AppUser, OpenApp

QUESTION = "what is in the picture?"
WRITTEN = "I see a red circle and a blue square. They are mine."


async def corrected(user: AppUser) -> Message:
    await user.until(lambda: user.messages[-1].is_corrected)
    return user.messages[-1]


async def test_an_answer_is_corrected_in_the_prompt_and_counts_from_then_on(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.attach(samples / "red-circle-blue-square.png")
        await user.ask(QUESTION)
        given = user.messages[-1]
        await user.press("shift+tab", "w")
        await user.sees("correcting answer 1  enter stores, esc cancels")
        assert user.chat.prompt.text == given.text
        user.chat.prompt.change_text(WRITTEN)
        await user.press("enter")
        written = await corrected(user)
        assert (written.text, written.parent_id) == (WRITTEN, given.parent_id)
        assert written.siblings == (given.id, written.id)
        await user.sees("answer  corrected by you  2/2")
        assert user.chat.prompt.text == ""
        await user.ask("what colour is the circle?")
        follow_up = user.messages[-1].stats
        assert follow_up is not None
        assert follow_up.images_encoded == 0
        await user.press("shift+tab", "k", "k", "[")
        await user.sees("answer  1/2")


async def test_a_correction_without_words_stays_in_the_prompt_and_can_be_left(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.ask("hello")
        await user.type("half typed")
        await user.press("shift+tab", "w")
        await user.sees("correcting answer 1")
        user.chat.prompt.change_text(" ")
        await user.press("enter")
        await user.sees("A corrected answer needs words")
        await user.press("escape")
        await user.until(lambda: user.chat.prompt.text == "half typed")
        assert not user.messages[-1].is_corrected

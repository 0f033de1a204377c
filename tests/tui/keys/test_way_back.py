"""The way back: one key, one step at a time, in an order that can be told beforehand."""

import pytest

from seeshell.tui.keys.way_back import Step, WayBack

from ...running_core import RunningCore
from ..conftest import AppUser, OpenApp

WORDS = [
    "stop selecting",
    "leave boxes",
    "leave search",
    "leave filter",
    "close",
    "cancel edit",
    "close notice",
    "stop",
    "prompt",
    "cancel loading",
]


@pytest.mark.parametrize("possible", [range(10), (2, 5, 8), (5,), (1, 3), ()])
def test_the_first_step_that_is_possible_is_the_next(possible: range | tuple[int, ...]) -> None:
    is_open = {word: index in possible for index, word in enumerate(WORDS)}

    def step(word: str) -> Step:
        return Step(word, lambda: is_open[word], lambda: is_open.update({word: False}))

    way_back, taken = WayBack(*map(step, WORDS)), []
    while (following := way_back.next) is not None:
        taken.append(following.word)
        following.take()
    assert taken == [WORDS[index] for index in possible]


def next_word(user: AppUser) -> str:
    following = user.chat.way_back.next
    return "" if following is None else following.word


async def test_every_step_of_the_chat_is_in_the_key_line_before_it_is_taken(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        assert [step.word for step in user.chat.way_back.steps] == WORDS
        assert next_word(user) == ""
        await user.ask("how many shapes?")
        await user.press("shift+tab", "e")
        await user.sees("esc cancel edit")
        await user.press("shift+tab", "v")
        await user.sees("esc stop selecting")
        await user.press("escape")
        await user.sees("esc prompt")
        assert user.chat.chat.log_view.has_focus
        await user.press("f2", "slash", *"how")
        await user.sees("esc leave filter")
        await user.press("escape")
        await user.sees("esc close")
        await user.press("escape")
        await user.sees("esc cancel edit")
        assert user.chat.prompt.has_focus
        await user.press("escape")
        await user.until(lambda: user.chat.prompt.text == "")
        assert next_word(user) == ""
        assert " esc " not in user.screen.splitlines()[-1]

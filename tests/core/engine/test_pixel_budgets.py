"""Pictures that keep the pixel budget which they were sent with, on real weights."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.engine.engine import PromptImage, PromptMessage
from seeshell.core.engine.kv.spill_folder import SpillFolder

SMALL = 9
"""Image tokens; the picture takes more without a budget of its own."""


@pytest.fixture
def picture(draw: Callable[..., PromptImage]) -> PromptImage:
    return draw("circle", "red", (256, 192))


def user(text: str, *images: PromptImage) -> PromptMessage:
    return PromptMessage.of("user", text, images)


def reply(text: str) -> PromptMessage:
    return PromptMessage.of("assistant", text)


def lengths(asker: Any) -> list[int]:
    """Image tokens of each picture of the newest branch."""
    return [span.end - span.start for span in asker.resident.pool.branches[-1].spans]


def test_the_same_file_at_two_budgets_is_two_pictures(
    demo: Any, make_asker: Any, picture: PromptImage
) -> None:
    small = replace(picture, pixel_budget=SMALL)
    question = user("Compare them.", small, picture)
    ask = make_asker(demo)
    answer = ask(question)
    few, many = lengths(ask)
    assert few <= SMALL < many
    assert answer.stats.images_encoded == 2
    follow_up = ask(question, reply(answer.text), user("And now?"))
    assert (follow_up.stats.images_encoded, follow_up.stats.images_reused) == (0, 2)
    # In the other order, with nothing to reuse, each has its own features again.
    other = make_asker(demo)
    swapped = other(user("Compare them.", picture, small))
    assert lengths(other) == [many, few]
    assert ask(user("Compare them.", picture, small)).tokens == swapped.tokens


def test_a_budget_of_its_own_is_what_the_whole_engine_would_have_with_it(
    demo: Any, make_asker: Any, picture: PromptImage, same: Any, make_plain: Any
) -> None:
    asked = make_asker(demo)(user("What is it?", replace(picture, pixel_budget=SMALL)))
    plain = make_plain(demo)
    plain.pixel_budget = SMALL
    same(asked, plain(user("What is it?", picture)))


def test_a_later_budget_leaves_earlier_pictures_as_they_were(
    demo: Any, make_asker: Any, picture: PromptImage
) -> None:
    ask = make_asker(demo)
    first = user("What is it?", replace(picture, pixel_budget=SMALL))
    answer = ask(first, conversation=1)
    more = ask(first, reply(answer.text), user("And this?", picture), conversation=1)
    assert more.stats.images_encoded == 1
    assert not more.stats.recomputed
    assert more.stats.reused_tokens >= answer.stats.prompt_tokens


def test_spilled_pictures_are_found_again_by_file_and_budget(
    demo: Any, make_asker: Any, picture: PromptImage, tmp_path: Path
) -> None:
    small = replace(picture, pixel_budget=SMALL)
    question = user("Compare them.", small, picture)
    before = make_asker(demo, SpillFolder(tmp_path / "spills", 2**30), block_tokens=8)
    answer = before(question, conversation=1)
    before.resident.spill()
    after = make_asker(demo, SpillFolder(tmp_path / "spills", 2**30), block_tokens=8)
    # Files that can't be opened: what they hold is known from the spills.
    gone = [replace(it, path=tmp_path / "gone") for it in (small, picture)]
    again = after(
        user("Compare them.", *gone), reply(answer.text), user("And now?"), conversation=1
    )
    assert again.stats.images_encoded == 0
    assert lengths(after) == lengths(before)

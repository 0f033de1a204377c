"""Work ahead of turns: done early, it costs a turn nothing; given up, it leaves nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from seeshell.core.engine.engine import PromptImage, PromptMessage
from seeshell.core.engine.picture import Picture
from seeshell.core.engine.prefill_ahead import PrefillAhead
from seeshell.core.engine.prefill_pace import PrefillPace
from seeshell.core.engine.prompt import PromptBuilder
from seeshell.core.errors import ImageError, PromptTooLong

Draw = Callable[..., PromptImage]


def user(text: str, *images: PromptImage) -> PromptMessage:
    return PromptMessage.of("user", text, images)


def reply(text: str) -> PromptMessage:
    return PromptMessage.of("assistant", text)


def test_a_picture_attached_early_is_neither_encoded_nor_prefilled_at_submit(
    ask: Any, plain: Any, same: Any, draw: Draw
) -> None:
    picture = draw()
    question = user("What is in the picture?", picture)
    prepared = ask.prepare(user("", picture))
    picture.path.unlink()

    answer = ask(question, conversation=1)

    draw()
    same(answer, plain(question))
    text_tokens = len(ask.resident.checkpoint.processor.tokenizer(question.text)["input_ids"])
    end_of_prompt = len(["<|im_end|>", "\n", "<|im_start|>", "assistant", "\n"])
    assert (answer.stats.images_encoded, answer.stats.images_reused) == (0, 1)
    assert answer.stats.reused_tokens == prepared
    assert answer.stats.prefilled_tokens == answer.computed <= text_tokens + end_of_prompt


def test_a_picture_attached_to_a_follow_up_is_computed_on_top_of_the_conversation(
    ask: Any, plain: Any, same: Any, draw: Draw
) -> None:
    first = user("What is in the picture?", draw())
    answer = ask(first, conversation=1)
    second = user("And here?", draw("square", "blue"))
    messages = (first, reply(answer.text), second)

    prepared = ask.prepare(*messages[:2], user("", *second.images), conversation=1)
    follow_up = ask(*messages, conversation=1)

    same(follow_up, plain(*messages))
    held = answer.stats.prompt_tokens + answer.stats.generated_tokens
    assert follow_up.stats.reused_tokens == held + prepared
    assert follow_up.stats.images_encoded == 0


def test_the_order_of_attaching_is_the_order_of_the_prompt(
    ask_endless: Any, plain_endless: Any, same: Any, draw: Draw
) -> None:
    one, two = draw("circle"), draw("square")
    first = ask_endless.prepare(user("", one))

    second = ask_endless.prepare(user("", one, two))

    question = user("which?", one, two)
    answer = ask_endless(question)
    same(answer, plain_endless(question))
    assert answer.stats.reused_tokens == first + second
    assert answer.stats.images_encoded == 0


def test_what_is_prepared_already_costs_nothing(ask: Any, draw: Draw) -> None:
    picture = draw()
    assert ask.prepare(user("", picture)) > 0
    assert ask.prepare(user("", picture)) == 0


def test_preparing_an_earlier_message_keeps_what_came_after_it(ask: Any, draw: Draw) -> None:
    first = user("What is in the picture?", draw())
    answer = ask(first, conversation=1)

    assert ask.prepare(user("", *first.images), conversation=1) == 0

    follow_up = ask(first, reply(answer.text), user("What color is it?"), conversation=1)
    held = answer.stats.prompt_tokens + answer.stats.generated_tokens
    assert follow_up.stats.reused_tokens == held


def test_a_picture_that_was_removed_again_leaves_no_trace(ask_endless: Any, draw: Draw) -> None:
    resident = ask_endless.resident
    first = user("one", draw("circle"))
    answer = ask_endless(first, conversation=1)
    before = (first, reply(answer.text))
    ask_endless.prepare(*before, user(""), conversation=1)
    bytes_before, tokens_before = resident.active_bytes, held_tokens(ask_endless)

    ask_endless.prepare(*before, user("", draw("square", size=(320, 320))), conversation=1)
    assert resident.active_bytes > bytes_before
    ask_endless.prepare(*before, user(""), conversation=1)

    assert resident.active_bytes <= bytes_before
    assert held_tokens(ask_endless) == tokens_before
    assert len(resident.pictures._known) == len(resident.pictures._features) == 1


def test_a_removed_picture_that_an_earlier_message_shows_is_kept(
    ask_endless: Any, draw: Draw
) -> None:
    picture = draw("circle")
    first = user("one", picture)
    answer = ask_endless(first, conversation=1)
    before = (first, reply(answer.text))
    ask_endless.prepare(*before, user("", picture), conversation=1)

    ask_endless.prepare(*before, user(""), conversation=1)

    assert ask_endless(user("other", picture)).stats.images_encoded == 0


def test_of_two_pictures_the_second_is_removed_and_the_first_stays(
    ask_endless: Any, draw: Draw
) -> None:
    one, two = draw("circle"), draw("square")
    ask_endless.prepare(user("", one, two))

    assert ask_endless.prepare(user("", one)) == 0

    assert len(ask_endless.resident.pictures._features) == 1
    assert ask_endless(user("what?", one)).stats.images_encoded == 0


def test_a_turn_without_the_picture_that_was_prepared_drops_it(
    ask_endless: Any, plain_endless: Any, same: Any, draw: Draw
) -> None:
    first = user("one", draw("circle"))
    answer = ask_endless(first, conversation=1)
    before = (first, reply(answer.text))
    ask_endless.prepare(*before, user("", draw("square")), conversation=1)

    follow_up = ask_endless(*before, user("two"), conversation=1)

    same(follow_up, plain_endless(*before, user("two")))
    assert len(ask_endless.resident.pictures._features) == 1


def test_a_draft_of_another_conversation_stays(ask_endless: Any, draw: Draw) -> None:
    one, two = draw("circle"), draw("square")
    ask_endless.prepare(user("", one), conversation=1)
    ask_endless.prepare(user("", two), conversation=2)

    answer = ask_endless(user("what?", one), conversation=1)

    assert answer.stats.images_encoded == 0
    assert answer.stats.prefilled_tokens < 12


@pytest.mark.parametrize("chunks", range(1, 5))
def test_work_that_was_interrupted_stays_and_goes_on(
    ask_endless: Any, plain_endless: Any, same: Any, draw: Draw, chunks: int
) -> None:
    resident = ask_endless.resident
    resident.pace = PrefillPace(8, 8, 8)
    pictures = draw(size=(160, 96)), draw("square", size=(96, 160))
    preparation = PrefillAhead(resident, 0)
    family = resident.family
    extend = type(family).extend
    computed: list[int] = []

    class Interrupting(type(family)):  # type: ignore[misc]
        def extend(self, chunk: Any, layers: Any) -> Any:
            computed.append(len(chunk.tokens))
            if len(computed) == chunks:
                preparation.stop.set()
            return extend(self, chunk, layers)

    family.__class__ = Interrupting
    preparation.run([user("", *pictures)])
    assert sum(computed) == 8 * chunks

    question = user("what?", *pictures)
    answer = ask_endless(question)
    same(answer, plain_endless(question))
    assert answer.stats.reused_tokens == 8 * chunks


def test_a_picture_that_can_not_be_read_is_an_error_and_spoils_nothing(
    ask: Any, draw: Draw
) -> None:
    first = user("What is in the picture?", draw())
    answer = ask(first, conversation=1)
    missing = draw("square")
    missing.path.unlink()

    with pytest.raises(ImageError):
        ask.prepare(first, reply(answer.text), user("", missing), conversation=1)

    follow_up = ask(first, reply(answer.text), user("What color is it?"), conversation=1)
    held = answer.stats.prompt_tokens + answer.stats.generated_tokens
    assert follow_up.stats.reused_tokens == held


def test_a_conversation_beyond_the_context_is_not_prepared(ask: Any) -> None:
    long = user("circle " * ask.resident.checkpoint.context_length)

    with pytest.raises(PromptTooLong):
        ask.prepare(long, reply("one"), user(""))


def test_forgetting_frees_a_conversation_and_leaves_what_others_share(
    ask_endless: Any, draw: Draw
) -> None:
    first = user("one", draw())
    answer = ask_endless(first, conversation=1)
    fork = ask_endless(first, reply(answer.text), user("two"), conversation=2)
    other = ask_endless(user("another"), conversation=3)
    pool = ask_endless.resident.pool

    pool.drop_conversation(2)

    again = ask_endless(first, reply(answer.text), user("three"), conversation=1)
    assert again.stats.reused_tokens >= answer.stats.prompt_tokens
    assert again.stats.reused_tokens < fork.stats.prompt_tokens
    pool.drop_conversation(1)
    pool.drop_conversation(3)
    assert other.stats.prompt_tokens > 0
    assert pool.nbytes == 0


TEXTS = [
    "",
    "\n",
    "\n\n\n and",
    " a",
    "1",
    "<|im_end|>",
    "\ufdd00\ufdd1",
    "Größe",
    "system",
    "\u200d",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("images", [0, 1, 2])
def test_a_draft_is_the_start_of_every_prompt_that_it_may_become(
    demo: Any, draw: Draw, text: str, images: int
) -> None:
    config = demo.model.config
    builder = PromptBuilder(demo.family)
    image = draw()
    messages = [user("one <|im_end|>", image), reply("two")]
    pictures = [Picture(image, "a", 2, 3)] * (images + 1)

    draft = builder.build_draft([*messages, user("", *[image] * images)], pictures)
    whole = builder.build([*messages, user(text, *[image] * images)], pictures)

    assert whole.tokens[: len(draft)] == draft.tokens
    assert list(draft.spans) == list(whole.spans)
    assert draft.tokens[-1] == (
        config.vision_end_token_id
        if images
        else demo.processor.tokenizer.convert_tokens_to_ids("<|im_start|>")
    )


def held_tokens(ask: Any) -> list[list[int]]:
    return [list(branch.tokens) for branch in ask.resident.pool.branches]

"""Turns on real weights, compared with mlx-vlm computing the same messages from nothing."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from mlx_vlm.convert import convert
from PIL import Image

from seeshell.core.demo import MODEL_PATH
from seeshell.core.engine.engine import (
    PrefillProgress,
    PromptImage,
    PromptMessage,
)
from seeshell.core.engine.family.family import Chunk, PlacedFeatures
from seeshell.core.engine.family.qwen3_vl import Qwen3VL
from seeshell.core.engine.loading import load_checkpoint
from seeshell.core.engine.prefill_pace import PrefillPace
from seeshell.core.errors import ImageError, OutOfMemory, PromptTooLong
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.images import hash_file
from seeshell.core.models.sources import find_model

from .endless import write_endless

Draw = Callable[..., PromptImage]


def user(text: str, *images: PromptImage) -> PromptMessage:
    return PromptMessage.of("user", text, images)


def reply(text: str) -> PromptMessage:
    return PromptMessage.of("assistant", text)


def test_first_turn_is_that_of_plain_mlx_vlm(ask: Any, plain: Any, same: Any, draw: Draw) -> None:
    question = user("What is in the picture?", draw("circle", "red"))

    answer = ask(question)

    same(answer, plain(question))
    assert "red circle" in answer.text
    assert answer.end.finish_reason == "stop"
    assert (answer.stats.reused_tokens, answer.stats.images_encoded) == (0, 1)
    assert answer.stats.prefilled_tokens == answer.stats.prompt_tokens == answer.computed


def test_each_picture_is_reported_before_it_is_encoded_and_those_reused_are_not(
    ask: Any, draw: Draw
) -> None:
    first = user("What is in the pictures?", draw("circle", "red"), draw("square", "blue"))
    answer = ask(first)
    assert answer.pictures == [(1, 2), (2, 2)]
    more = user("And in these?", draw("circle", "red"), draw("triangle", "green"))
    follow_up = (first, reply(answer.text), more)
    # The vision tower has seen the first of them.
    assert ask(*follow_up).pictures == [(2, 2)]
    assert ask(*follow_up).pictures == []


def test_second_turn_prefills_only_the_new_tokens(
    ask: Any, plain: Any, same: Any, draw: Draw
) -> None:
    first = user("What is in the picture?", draw())
    answer = ask(first)
    follow_up = (first, reply(answer.text), user("What color is it?"))

    second = ask(*follow_up)

    same(second, plain(*follow_up))
    first_tokens = answer.stats.prompt_tokens + answer.stats.generated_tokens
    assert second.stats.reused_tokens == first_tokens
    assert second.stats.prefilled_tokens == second.computed
    assert second.stats.prefilled_tokens == second.stats.prompt_tokens - first_tokens
    assert (second.stats.images_encoded, second.stats.images_reused) == (0, 1)


def test_follow_up_does_not_touch_earlier_pictures(ask: Any, draw: Draw) -> None:
    picture = draw()
    first = user("What is in the picture?", picture)
    answer = ask(first)
    picture.path.unlink()

    second = ask(first, reply(answer.text), user("What color is it?"))

    assert second.stats.images_reused == 1


@pytest.mark.parametrize("sizes", [((64, 64), (64, 64)), ((64, 96), (96, 32))])
def test_a_new_picture_in_a_later_turn_computes_only_itself(
    ask_endless: Any, plain_endless: Any, same: Any, draw: Draw, sizes: Any
) -> None:
    first = user("one", draw("circle", size=sizes[0]))
    answer = ask_endless(first)
    messages = (first, reply(answer.text), user("two", draw("square", "blue", size=sizes[1])))

    second = ask_endless(*messages)

    same(second, plain_endless(*messages))
    assert (second.stats.images_encoded, second.stats.images_reused) == (1, 1)
    assert second.stats.reused_tokens >= answer.stats.prompt_tokens


def test_a_mixture_of_experts_is_computed_as_mlx_vlm_does(
    make_asker: Any, make_plain: Any, same: Any, draw: Draw, tmp_path: Path
) -> None:
    experts = {
        "num_experts": 4,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 64,
        "decoder_sparse_step": 1,
        "mlp_only_layers": [0],
    }
    folder = write_endless(tmp_path, family="qwen3_vl_moe", text=experts)
    checkpoint = load_checkpoint(find_model(str(folder), print))
    ask, plain = make_asker(checkpoint), make_plain(checkpoint)
    first = user("one", draw(size=(64, 96)))
    answer = ask(first)
    messages = (first, reply(answer.text), user("two", draw("square", size=(96, 96))))

    same(answer, plain(first))
    same(ask(*messages), plain(*messages))


def test_quantised_weights_are_computed_as_mlx_vlm_does(
    make_asker: Any, make_plain: Any, same: Any, draw: Draw, tmp_path: Path
) -> None:
    """The default model's form: 4 bits in the language half, the vision half as it was."""
    folder = tmp_path / "quantised"
    convert(str(MODEL_PATH), mlx_path=str(folder), quantize=True, q_bits=4, q_group_size=32)
    checkpoint = load_checkpoint(find_model(str(folder), print))
    ask, plain = make_asker(checkpoint), make_plain(checkpoint)
    first = user("What is in the picture?", draw())
    answer = ask(first)
    messages = (first, reply(answer.text), user("What color is it?"))

    same(answer, plain(first))
    same(ask(*messages), plain(*messages))
    assert checkpoint.model.language_model.model.layers[0].mlp.down_proj.bits == 4


def test_two_pictures_of_the_same_size_swapped_are_two_other_pictures(
    ask: Any, plain: Any, same: Any, draw: Draw
) -> None:
    one, two = draw("circle", "red"), draw("square", "blue")
    ask(user("What is in the picture?", one))

    swapped = ask(user("What is in the picture?", two))

    same(swapped, plain(user("What is in the picture?", two)))
    assert "blue square" in swapped.text

    ask(user("What is in the first picture?", one, two))
    both = ask(user("What is in the first picture?", two, one))

    same(both, plain(user("What is in the first picture?", two, one)))
    assert (both.stats.images_encoded, both.stats.images_reused) == (0, 2)


def test_a_file_changed_under_the_same_path_is_another_picture(
    ask: Any, plain: Any, same: Any, draw: Draw
) -> None:
    ask(user("What is in the picture?", draw("circle", "red", name="same.png")))
    changed = user("What is in the picture?", draw("square", "blue", name="same.png"))

    answer = ask(changed)

    same(answer, plain(changed))
    assert "blue square" in answer.text


def test_a_file_changed_since_it_was_attached_is_refused(ask: Any, draw: Draw) -> None:
    attached = draw("circle", "red", name="same.png")
    draw("square", "blue", name="same.png")

    with pytest.raises(ImageError, match=r"same\.png has changed since it was attached"):
        ask(user("What is in the picture?", attached))


def test_the_same_pixels_in_another_file_are_not_encoded_again(ask: Any, draw: Draw) -> None:
    original = draw()
    ask(user("What is in the picture?", original))
    other = original.path.with_suffix(".bmp")
    Image.open(original.path).save(other)
    copy = PromptImage(other, hash_file(other), other.name)

    answer = ask(user("Is there a circle?", copy))

    assert copy.sha256 != original.sha256
    assert (answer.stats.images_encoded, answer.stats.images_reused) == (0, 1)


def test_a_stopped_answer_leaves_the_cache_of_a_cold_run(
    ask_endless: Any, plain_endless: Any, same: Any, draw: Draw
) -> None:
    first = user("one", draw(size=(96, 64)))
    stopped = ask_endless(first, stop_when=lambda answer: len(answer.text) > 9)

    assert stopped.end.finish_reason == "cancelled"
    assert 0 < stopped.stats.generated_tokens < 40
    assert_cache_is_cold(ask_endless.resident)
    follow_up = (first, reply(stopped.text), user("two"))
    same(ask_endless(*follow_up), plain_endless(*follow_up))


def test_the_first_token_waits_for_no_other(
    ask_endless: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []
    step = Qwen3VL.step

    def step_and_count(self: Any, token: Any, position: int, layers: Any) -> Any:
        begun.append(position)
        return step(self, token, position, layers)

    monkeypatch.setattr(Qwen3VL, "step", step_and_count)

    answer = ask_endless(user("Count."), stop_when=lambda answer: bool(answer.text))

    assert (answer.stats.generated_tokens, begun) == (1, [])
    assert_cache_is_cold(ask_endless.resident)


def test_stop_edit_and_revert_compute_what_is_asked(
    ask: Any, plain: Any, same: Any, draw: Draw
) -> None:
    first = user("What is in the picture?", draw())
    ask(first, stop_when=lambda answer: bool(answer.text))
    edited = user("Where is the circle?", first.images[0])

    for question in (edited, first, edited):
        answer = ask(question)
        same(answer, plain(question))
        assert answer.stats.images_encoded == 0


@pytest.mark.parametrize("chunks", range(1, 6))
def test_a_stop_in_prefill_ends_it_with_that_chunk(
    ask_endless: Any, plain_endless: Any, same: Any, draw: Draw, chunks: int
) -> None:
    ask_endless.resident.pace = PrefillPace(8, 8, 8)
    question = user("a question", draw(size=(160, 96)), draw("square", size=(96, 160)))

    stopped = ask_endless(question, stop_when=lambda answer: len(answer.progress) > chunks)

    assert stopped.end.finish_reason == "cancelled"
    assert stopped.text == ""
    assert stopped.computed == stopped.stats.prefilled_tokens == 8 * chunks
    assert_cache_is_cold(ask_endless.resident)
    answer = ask_endless(question)
    same(answer, plain_endless(question))
    assert answer.stats.reused_tokens <= 8 * chunks


def test_chunks_give_the_same_answer_wherever_they_cut_a_picture(
    make_asker: Any, endless: Any, plain_endless: Any, same: Any, draw: Draw
) -> None:
    question = user("a question", draw(size=(96, 96)), draw("square", size=(64, 160)))
    cold = plain_endless(question)

    for tokens in (1, 3, 7, 64):
        ask = make_asker(endless)
        ask.resident.pace = PrefillPace(tokens, tokens, tokens)
        same(ask(question), cold)


def test_stopped_before_it_began_an_answer_computes_nothing(ask: Any, draw: Draw) -> None:
    answer = ask(user("one", draw()), stop_when=lambda _: True)

    assert answer.end.finish_reason == "cancelled"
    assert answer.computed == 0


def test_one_conversations_positions_do_not_leak_into_another(
    ask_endless: Any, plain_endless: Any, same: Any, draw: Draw
) -> None:
    with_picture = user("one", draw(size=(160, 160)))
    first = ask_endless(with_picture)
    ask_endless(user("only text"))
    messages = (with_picture, reply(first.text), user("two"))

    same(ask_endless(*messages), plain_endless(*messages))
    text = user("only text, but other text")
    same(ask_endless(text), plain_endless(text))


def test_switching_between_conversations_reuses_both(ask: Any, draw: Draw) -> None:
    one = user("What is in the picture?", draw("circle", "red"))
    two = user("How many shapes are there?", draw("square", "blue"))
    answers = {question: ask(question) for question in (one, two)}

    for question in (one, two):
        stats = ask(question, reply(answers[question].text), user("And what color?")).stats
        held = answers[question].stats.prompt_tokens + answers[question].stats.generated_tokens
        assert stats.reused_tokens == held


def test_an_edit_keeps_the_branch_before_it(
    ask_endless: Any, plain_endless: Any, same: Any, draw: Draw
) -> None:
    long = GenerationOptions(temperature=0.0, max_tokens=100)
    first = user("one", draw(size=(96, 96)))
    before = ask_endless(first, options=long)
    branch = (first, reply(before.text), user("two"))
    ask_endless(*branch)
    edited = user("another question", first.images[0])
    ask_endless(edited)

    back = ask_endless(*branch)

    same(back, plain_endless(*branch))
    assert back.stats.prefilled_tokens == 1


def test_regenerating_computes_one_token(ask: Any, plain: Any, same: Any, draw: Draw) -> None:
    question = user("What is in the picture?", draw())
    ask(question)

    again = ask(question)

    same(again, plain(question))
    assert again.stats.prefilled_tokens == again.computed == 1


def test_an_answer_that_never_ends_stops_at_the_limit(ask_endless: Any) -> None:
    answer = ask_endless(user("go on"), options=GenerationOptions(temperature=0.0, max_tokens=9))

    assert answer.end.finish_reason == "length"
    assert answer.stats.generated_tokens == 9
    assert_cache_is_cold(ask_endless.resident)


def test_an_answer_stops_where_the_context_ends(make_asker: Any, endless: Any) -> None:
    ask = make_asker(dataclasses.replace(endless, context_length=50))

    answer = ask(user("go on"), options=GenerationOptions(temperature=0.0, max_tokens=1000))

    assert answer.end.finish_reason == "length"
    assert answer.stats.prompt_tokens + answer.stats.generated_tokens == 50


def test_a_prompt_longer_than_the_context_names_both_lengths(ask: Any, draw: Draw) -> None:
    context = f"{ask.resident.checkpoint.context_length:,}"
    with pytest.raises(PromptTooLong, match=rf"takes [\d,]+ tokens .* context holds {context}"):
        ask(user("circle " * ask.resident.checkpoint.context_length, draw()))

    assert ask.resident.pictures.encoded_count == 0
    assert "circle" in ask(user("What is in the picture?", draw())).text


def test_a_conversation_that_does_not_fit_the_memory_is_refused_with_figures(
    make_asker: Any, demo: Any
) -> None:
    ask = make_asker(demo, memory_bytes=demo.weights_bytes + 1_900_000)

    with pytest.raises(OutOfMemory, match=r"about \d+ MB .* and 1 MB are available"):
        ask(user("circle " * 2000))

    assert ask(user("circle")).end.finish_reason == "stop"


METAL_FAILURE = (
    "[metal::malloc] Attempting to allocate 9000000000 bytes which is greater than the maximum "
    "allowed buffer size of 8000000000 bytes."
)


@pytest.mark.parametrize("method", ["extend", "step"])
def test_after_the_memory_ran_out_the_next_turn_works(
    ask: Any, plain: Any, same: Any, draw: Draw, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """Metal's failure is repeated word for word: without Metal, MLX ends the process instead."""
    question = user("What is in the picture?", draw())
    ask(question)

    def fail(*_: Any) -> Any:
        raise RuntimeError(METAL_FAILURE)

    with monkeypatch.context() as patch:
        patch.setattr(Qwen3VL, method, fail)
        with pytest.raises(OutOfMemory, match=r"about 9,000 MB .* [\d,]+ MB are available"):
            ask(user("What is in the picture?", draw("square", "blue")))

    assert ask.resident.active_bytes == ask.resident.checkpoint.weights_bytes
    same(ask(question), plain(question))


def test_a_turn_that_fails_for_another_reason_leaves_no_half_computed_cache(
    ask: Any, plain: Any, same: Any, draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = user("What is in the picture?", draw())
    answer = ask(first)
    messages = (first, reply(answer.text), user("What color is it?"))

    with monkeypatch.context() as patch:
        patch.setattr(Qwen3VL, "step", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ask(*messages)

    same(ask(*messages), plain(*messages))


def test_an_unreadable_picture_leaves_the_conversation_as_it_was(
    ask: Any, draw: Draw, tmp_path: Path
) -> None:
    first = user("What is in the picture?", draw())
    answer = ask(first)
    broken = tmp_path / "broken.png"
    broken.write_bytes(first.images[0].path.read_bytes()[:60])
    image = PromptImage(broken, hash_file(broken), "broken.png")

    with pytest.raises(ImageError, match=r"broken\.png is damaged"):
        ask(first, reply(answer.text), user("And here?", image))

    second = ask(first, reply(answer.text), user("What color is it?"))
    assert second.stats.reused_tokens > answer.stats.prompt_tokens


def test_sampling_with_a_seed_repeats_itself_and_differs_from_greedy(ask_endless: Any) -> None:
    sampled = GenerationOptions(temperature=1.5, top_p=0.95, top_k=50, seed=3, max_tokens=20)
    texts = [ask_endless(user("go on"), options=sampled).text for _ in range(2)]

    assert texts[0] == texts[1]
    assert texts[0] != ask_endless(user("go on")).text


def test_progress_counts_up_to_the_whole_prompt(ask_endless: Any, draw: Draw) -> None:
    ask_endless.resident.pace = PrefillPace(16, 16, 16)
    answer = ask_endless(user("a question", draw(size=(160, 160))))

    assert answer.progress[0] == PrefillProgress(0, answer.stats.prompt_tokens, 0)
    assert answer.progress[-1].done == answer.progress[-1].total
    assert [step.done for step in answer.progress] == sorted(
        {step.done for step in answer.progress}
    )


def test_features_that_were_dropped_are_made_again(
    make_asker: Any, demo: Any, plain: Any, same: Any, draw: Draw
) -> None:
    ask = make_asker(demo, features_bytes=1)
    pictures = draw("circle", "red"), draw("square", "blue")
    for picture in pictures:
        ask(user("What is in the picture?", picture))
    ask.resident.pool.clear()
    question = user("Is there a circle?", pictures[0])

    answer = ask(question)

    same(answer, plain(question))
    assert answer.stats.images_encoded == 1


def assert_cache_is_cold(resident: Any) -> None:
    """The newest branch holds what computing its tokens at once from nothing gives."""
    branch = resident.pool.branches[-1]
    assert all(layer.offset == len(branch.tokens) for layer in branch.layers)
    end = len(branch.tokens)
    cold = [type(layer)() for layer in branch.layers]
    placed = [
        PlacedFeatures(span, resident.pictures._features[span.sha256]) for span in branch.spans
    ]
    mx.eval(resident.family.extend(Chunk(branch.run, 0, end, placed), cold))
    for ours, theirs in zip(branch.layers, cold, strict=True):
        for array, expected in zip(ours.state, theirs.state, strict=True):
            assert np.abs(np.array(array) - np.array(expected)).max() <= 1e-4

"""Characters that come in halves."""

import pytest

from seeshell.core.engine.inline_thoughts import InlineThoughts
from seeshell.core.engine.remote.answers.halves import Halves

HALVES = {
    "whole": (["A 🍋", " é"], "A 🍋 é"),
    "surrogates in two pieces": (["A \ud83c", "\udf4b."], "A 🍋."),
    "surrogates with nothing between": (["A \ud83c", "", "\udf4b."], "A 🍋."),
    "surrogates in one piece": (["A \ud83c\udf4b."], "A 🍋."),
    "two emoji": (["\ud83c", "\udf4b\ud83c", "\udf4b"], "🍋🍋"),
    "a low half that could be a byte": (["\ud83d", "\udc80"], "💀"),
    "a high half alone": (["A \ud83c", "bc"], "A \ufffdbc"),
    "a low half alone": (["A \udf4b", "bc"], "A \ufffdbc"),
    "a high half at the end": (["A \ud83c"], "A \ufffd"),
    "two high halves": (["\ud83c", "\ud83c", "\udf4b"], "\ufffd🍋"),
    "bytes in two pieces": (["A \udcf0\udc9f", "\udc8d\udc8b."], "A 🍋."),
    "bytes in four pieces": (["\udcf0", "\udc9f", "\udc8d", "\udc8b"], "🍋"),
    "a byte alone": (["A\udcff", "b"], "A\ufffdb"),
    "bytes that are followed by a text": (["\udcf0\udc9f", "b"], "\ufffdb"),
    "bytes at the end": (["A\udcf0\udc9f"], "A\ufffd"),
}


@pytest.mark.parametrize("name", HALVES)
def test_halves_become_characters_and_none_stays_alone(name: str) -> None:
    pieces, expected = HALVES[name]
    halves = Halves()
    joined = [halves.join(piece) for piece in pieces]
    joined.append(halves.join("", is_last=True))
    assert "".join(joined) == expected
    assert all(piece.encode().decode() == piece for piece in joined)


def test_a_text_in_whole_characters_is_never_held_back() -> None:
    halves = Halves()
    assert [halves.join(piece) for piece in ("A ", "🍋", "é")] == ["A ", "🍋", "é"]


THOUGHTS = {
    "none": ("Two lemons.", "Two lemons.", ""),
    "before the answer": ("<think>\nHm.\n</think>\n\nTwo lemons.\n", "Two lemons.\n", "Hm."),
    "behind a line": ("\n<think>Hm.</think>Two", "Two", "Hm."),
    "none between the tags": ("<think>\n\n</think>\n\nTwo", "Two", ""),
    "no answer": ("<think>Hm, fruit", "", "Hm, fruit"),
    "Gemini's tag": ("<thought>Hm.</thought>Two", "Two", "Hm."),
    "another tag": ("<thinking>Hm.</thinking>Two", "Two", "Hm."),
    "tags that close others": ("<think>a </thought> b</think>Two", "Two", "a </thought> b"),
    "a tag inside the answer": ("Use <think>x</think>.", "Use <think>x</think>.", ""),
    "the tag again": ("<think>a</think>b <think>c</think>", "b <think>c</think>", "a"),
    "what begins as the tag": ("<thin air>", "<thin air>", ""),
    "half a tag alone": ("<thi", "<thi", ""),
    "comparisons": ("<think>a < b </ c</think>a<b", "a<b", "a < b </ c"),
    "only space": (" \n", " \n", ""),
}


@pytest.mark.parametrize("size", [1, 2, 4, 1000])
@pytest.mark.parametrize("name", THOUGHTS)
def test_thoughts_before_the_answer_are_told_apart(name: str, size: int) -> None:
    whole, text, thoughts = THOUGHTS[name]
    inline = InlineThoughts()
    pairs = [inline.split(whole[i : i + size]) for i in range(0, len(whole), size)]
    pairs.append(inline.split("", is_last=True))
    assert "".join(pair[0] for pair in pairs) == text
    assert "".join(pair[1] for pair in pairs) == thoughts

"""Point 2, what a server may say: text and thoughts, usage and finish reasons."""

from collections.abc import Iterable
from typing import get_args

import pytest

from seeshell.core.conversation import FinishReason
from seeshell.core.engine.remote.answers.chunk_forms import read_finish_reason

from .dialects import choice, read_choices

TEXTS = {
    "a delta": (choice(delta={"content": "Hi"}), "Hi", ""),
    "a message": (choice(message={"content": "Hi"}), "Hi", ""),
    "legacy text": (choice(text="Hi"), "Hi", ""),
    "text and delta": (choice(text="Hi", delta={"content": "Hi"}), "Hi", ""),
    "text beside an empty delta": (choice(text="Hi", delta={"role": "assistant"}), "Hi", ""),
    "text in the delta": (choice(delta={"text": "Hi"}), "Hi", ""),
    "parts": (choice(delta={"content": [{"type": "text", "text": "Hi"}]}), "Hi", ""),
    "parts without types": (choice(delta={"content": [{"text": "H"}, "i"]}), "Hi", ""),
    "one part": (choice(delta={"content": {"type": "text", "text": "Hi"}}), "Hi", ""),
    "text in a part's object": (choice(delta={"content": [{"text": {"text": "Hi"}}]}), "Hi", ""),
    "a part that is no text": (
        choice(delta={"content": [{"type": "image_url", "image_url": {}}, {"text": "Hi"}]}),
        "Hi",
        "",
    ),
    "parts with thoughts": (
        choice(
            delta={
                "content": [
                    {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]},
                    {"type": "text", "text": "Hi"},
                ]
            }
        ),
        "Hi",
        "Hm",
    ),
    "a part of thoughts in words": (
        choice(delta={"content": [{"type": "thinking", "thinking": "Hm"}]}),
        "",
        "Hm",
    ),
    "a summary in parts": (
        choice(delta={"content": [{"type": "reasoning", "summary": [{"text": "Hm"}]}]}),
        "",
        "Hm",
    ),
    "reasoning_content": (choice(delta={"reasoning_content": "Hm", "content": None}), "", "Hm"),
    "reasoning": (choice(delta={"reasoning": "Hm", "content": ""}), "", "Hm"),
    "both": (choice(delta={"reasoning": "Hm", "reasoning_content": "Hm"}), "", "Hm"),
    "reasoning as object": (choice(delta={"reasoning": {"content": "Hm"}}), "", "Hm"),
    "reasoning_content as object": (choice(delta={"reasoning_content": {"text": "Hm"}}), "", "Hm"),
    "reasoning_details": (
        choice(delta={"reasoning_details": [{"type": "reasoning.text", "text": "Hm"}]}),
        "",
        "Hm",
    ),
    "a summary in reasoning_details": (
        choice(delta={"reasoning_details": [{"type": "reasoning.summary", "summary": "Hm"}]}),
        "",
        "Hm",
    ),
    "encrypted reasoning_details": (
        choice(delta={"reasoning_details": [{"type": "reasoning.encrypted", "data": "x"}]}),
        "",
        "",
    ),
    "thinking_blocks": (choice(delta={"thinking_blocks": [{"thinking": "Hm"}]}), "", "Hm"),
    "thinking": ({"message": {"content": "Hi", "thinking": "Hm"}, "done": False}, "Hi", "Hm"),
    "text and thoughts in one": (choice(delta={"content": "Hi", "reasoning": "Hm"}), "Hi", "Hm"),
    "thoughts of a whole message": (
        choice(message={"content": "Hi", "reasoning_content": "Hm"}),
        "Hi",
        "Hm",
    ),
    "thoughts in the text": (choice(delta={"content": "<think>Hm</think>Hi"}), "Hi", "Hm"),
    "a refusal": (choice(delta={"refusal": "Hi"}), "Hi", ""),
    "a refusal in a message": (choice(message={"content": None, "refusal": "Hi"}), "Hi", ""),
    "Cloudflare's form": ({"response": "Hi", "p": "abc"}, "Hi", ""),
    "null delta": (choice(delta=None), "", ""),
    "no choices": ({"choices": []}, "", ""),
    "null choices": ({"choices": None, "usage": {"prompt_tokens": 1}}, "", ""),
    "odd choices": ({"choices": [None, 7, "x", {"delta": {"content": "Hi"}}]}, "Hi", ""),
    "odd fields": (choice(delta={"content": 7, "reasoning": True, "role": []}), "", ""),
    "a tool's call": (choice(delta={"content": None, "tool_calls": [{"index": 0}]}), "", ""),
}


@pytest.mark.parametrize("name", TEXTS)
def test_text_and_thoughts_are_found_and_kept_apart(name: str) -> None:
    chunk, text, thoughts = TEXTS[name]
    found = read_choices(chunk)
    assert (found.text, found.thoughts) == (text, thoughts)
    assert found.refusal == b""
    assert found.is_answer


def test_what_came_in_deltas_is_not_repeated_by_a_message() -> None:
    found = read_choices(
        choice(delta={"reasoning": "Hm", "content": "Two "}),
        choice(delta={"content": "lemons"}),
        choice(message={"content": "Two lemons", "reasoning": "Hm"}, finish="stop"),
    )
    assert (found.text, found.thoughts, found.deltas) == ("Two lemons", "Hm", 2)


def test_an_answer_that_only_the_message_holds_is_taken() -> None:
    found = read_choices(
        choice(delta={"reasoning": "Hm"}),
        choice(delta={}, message={"content": "Two lemons", "reasoning": "Hm"}, finish="stop"),
    )
    assert (found.text, found.thoughts) == ("Two lemons", "Hm")


USAGES = {
    "integers": ({"prompt_tokens": 9, "completion_tokens": 3}, [9, 3, None]),
    "fractions": ({"prompt_tokens": 9.0, "completion_tokens": 3.7}, [9, 3, None]),
    "strings": ({"prompt_tokens": "9", "completion_tokens": " 3.0 "}, [9, 3, None]),
    "nulls": ({"prompt_tokens": None, "completion_tokens": 3}, [None, 3, None]),
    "words": ({"prompt_tokens": "many", "completion_tokens": 3}, [None, 3, None]),
    "booleans": ({"prompt_tokens": True, "completion_tokens": 3}, [None, 3, None]),
    "negative": ({"prompt_tokens": -1, "completion_tokens": 3}, [None, 3, None]),
    "infinite": ({"prompt_tokens": float("inf"), "completion_tokens": 3}, [None, 3, None]),
    "not a number": ({"prompt_tokens": float("nan"), "completion_tokens": 3}, [None, 3, None]),
    "beyond all bounds": ({"prompt_tokens": 10**400, "completion_tokens": 3}, [None, 3, None]),
    "lists": ({"prompt_tokens": [9], "completion_tokens": 3}, [None, 3, None]),
    "other names": ({"input_tokens": 9, "output_tokens": 3}, [9, 3, None]),
    "nested": ({"tokens": {"input_tokens": 9, "output_tokens": 3}}, [9, 3, None]),
    "cached tokens": (
        {"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 8}},
        [9, None, 8],
    ),
    "null details": ({"prompt_tokens": 9, "prompt_tokens_details": None}, [9, None, None]),
    "DeepSeek's cache": ({"prompt_tokens": 9, "prompt_cache_hit_tokens": 8}, [9, None, 8]),
    "Anthropic's cache": ({"input_tokens": 9, "cache_read_input_tokens": 8}, [9, None, 8]),
    "no object": (7, None),
    "a list": ([], None),
    "empty": ({}, None),
    "totals alone": ({"total_tokens": 12}, None),
}


@pytest.mark.parametrize("name", USAGES)
def test_usage_in_any_number_form_is_taken_and_never_fails_the_answer(name: str) -> None:
    said, expected = USAGES[name]
    found = read_choices({**choice(delta={"content": "Hi"}), "usage": said})
    assert (found.text, found.counts) == ("Hi", expected)


def test_counts_of_several_chunks_are_put_together() -> None:
    found = read_choices(
        {**choice(delta={"content": "a"}), "usage": {"prompt_tokens": 9, "completion_tokens": 1}},
        {**choice(delta={"content": "b"}), "usage": {"completion_tokens": 2}},
        {**choice(delta={}, finish="stop"), "usage": {"prompt_tokens": 0, "completion_tokens": 0}},
    )
    assert found.counts == [9, 2, None]


REASONS: dict[FinishReason, Iterable[str]] = {
    "stop": (
        *(
            "stop",
            "STOP",
            "end_turn",
            "eos",
            "eos_token",
            "stop_sequence",
            "COMPLETE",
            "tool_calls",
        ),
        *("function_call", "pause_turn", "whatever_comes_next"),
    ),
    "length": (
        *("length", "max_tokens", "MAX_TOKENS", "max_output_tokens", "max_new_tokens"),
        *("model_length", "model_context_window_exceeded", "token_limit_reached"),
    ),
    "filtered": (
        *("content_filter", "content_filter: PROHIBITED_CONTENT", "SAFETY", "safety", "refusal"),
        *("sensitive", "RECITATION", "BLOCKLIST", "ERROR_TOXIC", "guardrail_intervened"),
    ),
    "failed": (
        *("error", "ERROR", "abort", "network_error", "insufficient_system_resource", "timeout"),
        *("cancelled", "interrupted", "MALFORMED_RESPONSE", "time_limit"),
    ),
}


@pytest.mark.parametrize(
    ("said", "expected"),
    [(said, expected) for expected, reasons in REASONS.items() for said in reasons],
)
def test_a_finish_reason_is_understood(said: str, expected: FinishReason) -> None:
    assert expected in get_args(FinishReason)
    assert read_finish_reason(said) == expected
    found = read_choices(choice(delta={"content": "Hi"}, finish=said))
    assert (found.finish, found.has_ended) == (said, True)


def test_an_answer_that_holds_a_refusal_ends_filtered_whatever_the_server_calls_it() -> None:
    found = read_choices(choice(delta={"refusal": "I can't."}), choice(delta={}, finish="stop"))
    assert found.finish is not None
    assert read_finish_reason(found.finish) == "filtered"

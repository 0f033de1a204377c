"""Point 1: the forms in which a reply may come, and the bounds of what is read."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seeshell.core.engine.remote.answers.answer_reader import AnswerReader, NotAnAnswer

from .dialects import choice, event, read

CHUNK = json.dumps(choice(delta={"content": "Two lemons."}, finish="stop"))
WHOLE = json.dumps(choice(message={"content": "Two lemons."}, finish="stop"), indent=2)
FORMS = {
    "an event stream": ("text/event-stream", f"data: {CHUNK}\n\ndata: [DONE]\n\n"),
    "with a charset": ("text/event-stream; charset=utf-8", f"data: {CHUNK}\n\n"),
    "in capitals": ("Text/Event-Stream", f"data: {CHUNK}\n\n"),
    "named text/plain": ("text/plain", f"data: {CHUNK}\n\n"),
    "named application/json": ("application/json", f"data: {CHUNK}\n\n"),
    "named text/html": ("text/html", f"data: {CHUNK}\n\n"),
    "without a type": ("", f"data: {CHUNK}\n\n"),
    "with a type that is none": ("; charset=\x00?", f"data: {CHUNK}\n\n"),
    "JSON lines": ("application/x-ndjson", f"{CHUNK}\n[DONE]\n"),
    "JSON lines named otherwise": ("application/stream+json", f"{CHUNK}\n"),
    "JSON lines as an event stream": ("text/event-stream", f"{CHUNK}\n"),
    "a whole answer": ("application/json", WHOLE),
    "a whole answer as an event stream": ("text/event-stream", WHOLE),
    "a whole answer in an event": ("text/event-stream", f"data: {json.dumps(json.loads(WHOLE))}\n"),
    "a whole answer behind spaces": ("application/json", f"\n\n \r\n{WHOLE}\n"),
    "a whole answer behind a BOM": ("application/json", f"\ufeff{WHOLE}"),
    "a whole answer behind a BOM and spaces": ("application/json", f"\n\ufeff\n {WHOLE}"),
    "an array of chunks": ("application/json", f"[{CHUNK},\n{CHUNK[:0]}]"),
    "a bare object between events": ("text/event-stream", f": x\n\n{CHUNK}\n\ndata: [DONE]\n\n"),
    "an event that was wrapped twice": ("text/event-stream", f"data: data: {CHUNK}\ndata: \n\n"),
    "an array in an event": ("text/event-stream", f"data: [{CHUNK}]\n\n"),
    "data that say nothing": ("", f"data: ping\n\ndata: 1\n\ndata: null\n\ndata: {CHUNK}\n\n"),
}


@pytest.mark.parametrize("size", [1, 1000], ids=["byte by byte", "at once"])
@pytest.mark.parametrize("name", FORMS)
def test_a_body_is_read_whatever_its_form_and_type(name: str, size: int) -> None:
    content_type, text = FORMS[name]
    body = text.encode()
    found = read([body[i : i + size] for i in range(0, len(body), size)], content_type)
    assert (found.text, found.finish) == ("Two lemons.", "stop")
    assert found.has_ended
    assert found.is_answer


ENDS = {
    "a finish reason": (CHUNK, True),
    "an end mark": ('{"choices": [{"delta": {"content": "a"}}]}\n\ndata: [DONE]', True),
    "an end mark in quotes": ('{"choices": [{"delta": {"content": "a"}}]}\n\ndata: "[DONE]"', True),
    "neither": ('{"choices": [{"delta": {"content": "a"}}]}\n\n', False),
    "a finish reason of null": ('{"choices": [{"delta": {}, "finish_reason": null}]}\n\n', False),
    "an empty finish reason": ('{"choices": [{"delta": {}, "finish_reason": ""}]}\n\n', False),
    "the word null": ('{"choices": [{"delta": {}, "finish_reason": "null"}]}\n\n', False),
    "an object as reason": ('{"choices": [{"finish_reason": {"type": "length"}}]}\n\n', True),
    "half an event": (CHUNK[:-5], False),
    "half an end mark": ('{"choices": [{"delta": {"content": "a"}}]}\n\ndata: [DO', False),
    "half an event behind the end": (f"{CHUNK}\n\ndata: [DONE]\n\ndata: {{", True),
    "a gap before the end": ('{"choices": [{"del\n\ndata: [DONE]\n\n', False),
    "an answer that was refused": ('{"choices": [{"delta": {"refusal": "No."}}]}\n\n', False),
}


@pytest.mark.parametrize("name", ENDS)
def test_the_end_is_seen_if_and_only_if_it_came(name: str) -> None:
    said, expected = ENDS[name]
    assert read([b"data: " + said.encode()]).has_ended is expected


def test_the_end_mark_is_told_apart_from_a_finish_reason_behind_which_counts_may_come() -> None:
    reader = AnswerReader("text/event-stream")
    reader.feed(event(choice(delta={}, finish="stop")))
    assert (reader.has_ended, reader.has_end_mark) == (True, False)
    assert reader.feed(event({"choices": [], "usage": {"prompt_tokens": 9}})).usage is not None
    reader.feed(b"data: [DONE]\n\n")
    assert reader.has_end_mark


@pytest.mark.parametrize("size", range(len(WHOLE)))
def test_a_whole_answer_that_broke_off_is_no_wrong_address(size: int) -> None:
    found = read([WHOLE[:size].encode()], "application/json")
    assert (found.text, found.has_ended) == ("", False)
    assert found.is_answer is (size > 0)


NO_ANSWERS = {
    "nothing": b"",
    "spaces": b" \n\n ",
    "a web page": b"<html><body>data: none</body></html>",
    "words": b"It works!",
    "another object": b'{"status": "ok"}',
    "another event stream": b"event: tick\ndata: 7\n\n",
    "events of other objects": b'data: {"jsonrpc": "2.0", "id": 1}\n\n',
    "choices that are none": b'data: {"choices": 7}\n\n',
    "nonsense": b"data: {nonsense\n\n",
    "bytes": bytes(range(256)) * 10,
}


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_a_wrong_address_is_known(name: str) -> None:
    found = read([NO_ANSWERS[name]], "text/html")
    assert not found.is_answer
    assert not found.has_ended
    assert (found.text, found.refusal) == ("", b"")


BROKEN_OFF = {
    "nothing": b"",
    "comments": b": keepalive 0/811\n\n: keepalive 512/811\n\n",
    "half a comment": b": keepal",
    "a field": b"event: message\n",
    "half a field": b"dat",
    "half a chunk": b'data: {"id":"chatcmpl-1","cho',
}


@pytest.mark.parametrize("name", BROKEN_OFF)
def test_an_event_stream_that_broke_off_early_is_no_wrong_address(name: str) -> None:
    found = read([BROKEN_OFF[name]])
    assert found.is_answer
    assert not found.has_ended


CHARACTERS = {
    "bytes cut between blocks": ([b'"A \xf0\x9f', b'\x8d\x8b."'], "A 🍋."),
    "invalid bytes": ([b'"A \xff\xc3."'], "A \ufffd\ufffd."),
    "escapes": ([rb'"caf\u00e9 \ud83c\udf4b"'], "café 🍋"),
    "half an escape": ([rb'"A \ud83c."'], "A \ufffd."),
    "U+2028, U+2029, U+0085": (
        ['"a\u2028b\u2029c\u0085d"'.encode()],
        "a\u2028b\u2029c\u0085d",
    ),
    "control characters as they are": ([b'"a\x0bb\x1cc\td"'], "a\x0bb\x1cc\td"),
    "a BOM inside": (['"a\ufeffb"'.encode()], "a\ufeffb"),
    "NUL in an escape": ([rb'"a\u0000b"'], "a\0b"),
    "Chinese": (['"两个柠檬"'.encode()], "两个柠檬"),
}


@pytest.mark.parametrize("name", CHARACTERS)
def test_each_character_arrives(name: str) -> None:
    blocks, expected = CHARACTERS[name]
    parts = [b'data: {"choices":[{"delta":{"content":', *blocks, b"}}]}\n\n"]
    found = read(parts)
    assert found.text == expected
    assert msgspec.json.encode(found.text)


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/plain; charset=ISO-8859-1", "é".encode("latin-1"), "é"),
        ("text/plain; charset=ISO-8859-1", "é".encode(), "é"),
        ('text/event-stream; charset="gbk"', "两".encode("gbk"), "两"),
        ("text/event-stream; charset=nonsense", b"\xe9", "\ufffd"),
        ("text/event-stream", b"\xe9", "\ufffd"),
        ("text/event-stream; charset=base64", b"\xe9", "\ufffd"),
    ],
    ids=["as named", "UTF-8 all the same", "gbk", "unknown", "not named", "no charset"],
)
def test_a_charset_counts_for_what_is_no_utf_8(content_type: str, body: bytes, text: str) -> None:
    events = [b'data: {"choices":[{"delta":{"content":"', body, b'"}}]}\n\n']
    assert read(events, content_type).text == text


def test_halves_of_an_emoji_in_two_chunks_become_one_character() -> None:
    halves = [
        rb'data: {"choices":[{"delta":{"content":"%s"}}]}' % h for h in (rb"\ud83c", rb"\udf4b")
    ]
    reader = AnswerReader("text/event-stream")
    assert [reader.feed(half + b"\n\n").text for half in halves] == ["", "🍋"]
    assert reader.end().text == ""


LONG = b"x" * 10_000
ENDLESS = {
    "a line": LONG,
    "comments": b": " + LONG + b"\n",
    "space": b" " * 10_000 + b"\n",
    "other data": b"data: " + LONG + b"\n\n",
    "other objects": b'{"a":"%s"}\n' % LONG,
    "an object in events": b'data: {"a": "\ndata:%s\n' % LONG,
    "an object": b'{"a":' + LONG,
}


@pytest.mark.parametrize("name", ENDLESS)
def test_an_endless_body_is_given_up(name: str) -> None:
    reader = AnswerReader("text/event-stream")
    with pytest.raises(NotAnAnswer):
        for _ in range(50):
            reader.feed(ENDLESS[name] * 10)


def test_text_in_front_of_what_can_not_be_read_is_delivered_first() -> None:
    reader = AnswerReader("text/event-stream")
    start = event(choice(delta={"content": "Half an "}))
    assert reader.feed(start + b"data: " + b"x" * 2_000_000).text == "Half an "
    with pytest.raises(NotAnAnswer):
        reader.feed(b"x")
    assert reader.is_answer
    assert not reader.has_ended


def test_a_long_answer_of_small_events_is_no_endless_body() -> None:
    reader = AnswerReader("text/event-stream")
    chunk = event(choice(delta={"content": "x" * 1000})) * 1000
    assert sum(len(reader.feed(chunk).text) for _ in range(8)) == 8_000_000


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


BEYOND_REASON = {
    "arrays": b"data: " + b"[" * 100_000,
    "objects": b"data: " + b'{"a":' * 100_000,
    "an error": b'data: {"error":%s}\n\n' % nested(900),
    "parts": b'data: {"choices":[{"delta":{"content":%s}}]}\n\n' % nested(400),
    "deeper parts": b'data: {"choices":[{"delta":{"content":%s}}]}\n\n' % nested(980),
    "thoughts": b'data: {"choices":[{"delta":{"reasoning":%s}}]}\n\n' % nested(600),
    "digits": b'data: {"error": %s}\n\n' % (b"9" * 5000),
}


@pytest.mark.parametrize("name", BEYOND_REASON)
def test_json_that_is_nested_or_long_beyond_reason_fails_nothing(name: str) -> None:
    assert read([event(choice(delta={"content": "Hi"})) + BEYOND_REASON[name]]).text == "Hi"


NAMES = (
    *("choices", "delta", "message", "content", "text", "reasoning", "reasoning_details"),
    *("thinking", "type", "finish_reason", "error", "detail", "code", "base_resp", "usage"),
    *("prompt_tokens", "x_groq", "index", "refusal", "done", "response", "summary"),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(VALUES, max_size=4))
def test_no_json_makes_a_reader_fail(chunks: list[Any]) -> None:
    found = read([*map(event, chunks), event(choice(delta={"content": "Hi"}, finish="stop"))])
    assert found.text.encode().decode() == found.text
    assert found.text.endswith("Hi") or "Hi" in found.thoughts
    assert not found.refusal or "error" in msgspec.json.decode(found.refusal)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=6), st.text(max_size=20))
def test_no_bytes_make_a_reader_fail(blocks: list[bytes], content_type: str) -> None:
    found = read([b"data: ", *blocks, b"\n\n"], content_type)
    assert found.text.encode().decode() == found.text

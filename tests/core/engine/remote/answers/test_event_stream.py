"""Point 1 of what a server's stream may look like: lines, events and where they are cut."""

import pytest

from seeshell.core.engine.remote.answers.event_stream import LONGEST_EVENT, EventStream

STREAMS = {
    "LF": (b"data: 1\n\ndata: 2\n\n", [b"1", b"2"]),
    "CRLF": (b"data: 1\r\n\r\ndata: 2\r\n\r\n", [b"1", b"2"]),
    "CR": (b"data: 1\r\rdata: 2\r\r", [b"1", b"2"]),
    "all line ends mixed": (b"data: 1\r\n\ndata: 2\r\r\ndata: 3\n\n", [b"1", b"2", b"3"]),
    "BOM": (b"\xef\xbb\xbfdata: 1\n\n", [b"1"]),
    "data over several lines": (b"data: {\ndata:  1}\n\n", [b"{\n 1}"]),
    "an empty line of data": (b"data: 1\ndata\ndata:\ndata: 2\n\n", [b"1\n\n\n2"]),
    "comments": (b": x\n\n:\ndata: 1\n: y\ndata: 2\n\n", [b"1\n2"]),
    "fields that say nothing here": (b"event: m\nid: 7\nretry: 9\nid\nx: y\ndata: 1\n\n", [b"1"]),
    "no space behind the colon": (b"data:1\n\n", [b"1"]),
    "several spaces behind the colon": (b"data:   1\n\n", [b"  1"]),
    "spaces around the field": (b" data : 1\n\n", [b"1"]),
    "colons in the data": (b"data: a: b:c\n\n", [b"a: b:c"]),
    "many blank lines": (b"\n\n\ndata: 1\n\n\n\n\ndata: 2\n\n\n", [b"1", b"2"]),
    "blank lines of spaces": (b"data: 1\n \ndata: 2\n\t\n", [b"1", b"2"]),
    "no blank line at the end": (b"data: 1\n\ndata: 2\n", [b"1", b"2"]),
    "no newline at the end": (b"data: 1\n\ndata: 2", [b"1", b"2"]),
    "a carriage return at the end": (b"data: 1\r\rdata: 2\r", [b"1", b"2"]),
    "no blank lines between objects": (b'data: {"a":1}\ndata: {"a":2}\n', [b'{"a":1}', b'{"a":2}']),
    "no blank line before the end mark": (b"data: {}\ndata: [DONE]\n", [b"{}", b"[DONE]"]),
    "a bare object on a line": (b'data: 1\n\n{"error": 1}\n\n', [b"1", b'{"error": 1}']),
    "an error as field": (b'error: {"code": 1}\n\n', [b'{"code": 1}']),
    "U+2028, U+2029, U+0085, VT, FF": (
        "data: a\u2028b\u2029c\u0085d\x0be\x0cf\n\n".encode(),
        ["a\u2028b\u2029c\u0085d\x0be\x0cf".encode()],
    ),
    "invalid UTF-8": (b"data: \xff\xfe\n\n", [b"\xff\xfe"]),
    "an event without data": (b"event: ping\n\nid: 1\n\n", []),
    "nothing": (b"", []),
    "a web page": (b"<html>\n<body>data</body>\n</html>\n", []),
}


def cut(stream: bytes, size: int) -> list[bytes]:
    return [stream[i : i + size] for i in range(0, len(stream), size)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("name", STREAMS)
def test_the_data_of_each_event_comes_wherever_the_stream_is_cut(name: str, size: int) -> None:
    stream, expected = STREAMS[name]
    events = EventStream()
    assert [data for block in cut(stream, size) for data in events.feed(block)] + (
        events.end()
    ) == expected


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
def test_an_event_comes_with_the_first_byte_of_its_blank_line(line_end: bytes) -> None:
    events = EventStream()
    assert events.feed(b"data: 1" + line_end) == []
    assert events.feed(line_end[:1]) == [b"1"]
    assert events.feed(line_end[1:]) == []
    assert events.end() == []


def test_an_object_need_not_wait_for_the_end_where_blank_lines_are_missing() -> None:
    events = EventStream()
    assert events.feed(b'data: {"a":1}\n') == []
    assert events.feed(b'data: {"a":2}\n') == [b'{"a":1}']


@pytest.mark.parametrize(
    "block",
    [b"x" * 100_000, b"data: " + b"x" * 100_000 + b"\n", b": " + b"x" * 2 * LONGEST_EVENT + b"\n"],
    ids=["a line", "an event of many lines", "a comment"],
)
def test_memory_is_bounded(block: bytes) -> None:
    events = EventStream()
    assert events.feed(b"data: 1\n\n") == [b"1"]
    for _ in range(12):
        assert events.feed(block) == []
    assert events.is_too_long
    assert events.feed(b"\n\ndata: 2\n\n") == []


def test_what_came_before_a_line_that_is_too_long_is_returned() -> None:
    events = EventStream()
    assert events.feed(b"data: 1\n\n" + b"x" * 2 * LONGEST_EVENT) == [b"1"]
    assert events.is_too_long

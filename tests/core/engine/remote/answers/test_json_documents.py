"""JSON without an event stream around it: one object or many, whatever stands between them."""

import pytest

from seeshell.core.engine.remote.answers.json_documents import LONGEST_DOCUMENT, JsonDocuments

BODIES = {
    "one object": (b'{"a":1}', [b'{"a":1}']),
    "an object over many lines": (b'{\r\n "a": {\r\n}\r\n}\r\n', [b'{\r\n "a": {\r\n}\r\n}']),
    "an object a line": (b'{"a":1}\n{"a":2}\n', [b'{"a":1}', b'{"a":2}']),
    "nothing between them": (b'{"a":1}{"a":2}', [b'{"a":1}', b'{"a":2}']),
    "an array": (b'[{"a":1},\n{"a":[2]}]', [b'{"a":1}', b'{"a":[2]}']),
    "record separators": (b'\x1e{"a":1}\n\x1e{"a":2}\n', [b'{"a":1}', b'{"a":2}']),
    "event fields between them": (b'{"a":1}\n\ndata: {"a":2}\n\n', [b'{"a":1}', b'{"a":2}']),
    "an end mark": (b'{"a":1}\n[DONE]\n', [b'{"a":1}', b"[DONE]"]),
    "the end mark in a text": (b'{"a":"[DONE]"}', [b'{"a":"[DONE]"}']),
    "braces in a text": (b'{"a":"}{"}{"a":"{"}', [b'{"a":"}{"}', b'{"a":"{"}']),
    "quotes in a text": (b'{"a":"\\"}"}{}', [b'{"a":"\\"}"}', b"{}"]),
    "backslashes in a text": (b'{"a":"\\\\"}{"\\\\\\"}":1}', [b'{"a":"\\\\"}', b'{"\\\\\\"}":1}']),
    "an object that broke off": (b'{"a":1}{"a":"{', [b'{"a":1}', b'{"a":"{']),
    "no object": (b"[1, 2]", []),
}


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
@pytest.mark.parametrize("name", BODIES)
def test_each_object_comes_wherever_the_body_is_cut(name: str, size: int) -> None:
    body, expected = BODIES[name]
    documents = JsonDocuments()
    blocks = [body[i : i + size] for i in range(0, len(body), size)]
    found = [document for block in blocks for document in documents.feed(block)]
    assert found + documents.end() == expected


def test_memory_is_bounded() -> None:
    documents = JsonDocuments()
    assert documents.feed(b'{"a":1}{"b":"') == [b'{"a":1}']
    for _ in range(LONGEST_DOCUMENT // 2**20 + 1):
        documents.feed(b"x" * 2**20)
    assert documents.is_too_long
    assert documents.feed(b'"}{"c":3}') == []


def test_what_stands_between_objects_is_not_kept() -> None:
    documents = JsonDocuments()
    for _ in range(LONGEST_DOCUMENT // 2**20 + 1):
        assert documents.feed(b" " * 2**20) == []
    assert documents.feed(b'{"a":1}') == [b'{"a":1}']

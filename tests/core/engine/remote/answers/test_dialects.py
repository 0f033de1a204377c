"""What real servers send, read whole, byte by byte, and cut at random."""

import json
import random

import pytest

from .....fuzz.streams import find_mismatch, make_cut
from .dialects import Dialect, load_dialects, read

DIALECTS = load_dialects()


def test_there_are_fifty_dialects() -> None:
    assert len(DIALECTS) >= 50


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_dialect_is_understood(dialect: Dialect) -> None:
    found = read([dialect.body], dialect.content_type)
    assert (found.text, found.thoughts) == (dialect.text, dialect.thoughts)
    assert (found.finish, found.has_ended) == (dialect.finish, dialect.ended)
    assert found.counts == dialect.usage
    assert found.is_answer
    assert bool(found.refusal) == bool(dialect.error)
    if dialect.error:
        assert dialect.error in str(json.loads(found.refusal)["error"])


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_dialect_means_the_same_byte_by_byte(dialect: Dialect) -> None:
    blocks = [bytes([byte]) for byte in dialect.body]
    assert read(blocks, dialect.content_type) == read([dialect.body], dialect.content_type)


def test_cuts_line_ends_encodings_and_truncation_change_no_text() -> None:
    chance = random.Random(7)
    for number in range(400):
        cut = make_cut(DIALECTS[number % len(DIALECTS)], chance)
        assert find_mismatch(cut) == "", f"{cut.dialect.name}: {list(cut.blocks())}"

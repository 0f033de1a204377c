import asyncio

import pytest

from seeshell.tui.cli.plain import calm_text
from seeshell.tui.cli.plain.calm_text import CalmText


async def test_words_come_whole_and_not_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calm_text, "INTERVAL", 0.02)
    pieces: list[str] = []
    has_come = asyncio.Event()

    def write(piece: str) -> None:
        pieces.append(piece)
        has_come.set()

    text = CalmText(write)
    for token in ("A gr", "een", " st", "ar and a ci"):
        text.feed(token)
    assert pieces == []
    await has_come.wait()
    assert pieces == ["A green star and a "]
    text.feed("rcle.")
    text.end()
    assert pieces == ["A green star and a ", "circle."]
    text.end()
    assert len(pieces) == 2


async def test_a_text_without_spaces_is_not_held_back_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calm_text, "INTERVAL", 0.0)
    pieces: list[str] = []
    has_come = asyncio.Event()
    text = CalmText(lambda it: (pieces.append(it), has_come.set()))
    text.feed("字" * 201)
    await has_come.wait()
    assert pieces == ["字" * 201]

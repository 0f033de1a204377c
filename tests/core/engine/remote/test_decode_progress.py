"""How fast a server's answer comes, told while it comes."""

import asyncio

import pytest

from seeshell.core.engine.engine import DecodeProgress, TextDelta, ThoughtsDelta
from seeshell.core.engine.remote import streamed_answer
from seeshell.core.engine.remote.answers.answer_reader import ChatPiece
from seeshell.core.engine.remote.streamed_answer import StreamedAnswer


class Clock:
    """A clock that stands still unless it is set."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_pieces_are_counted_and_told_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(streamed_answer, "perf_counter", clock)
    answer = StreamedAnswer()
    for step in range(21):
        clock.now = 100.0 + step / 10
        answer.add(ChatPiece(thoughts="h" if step < 5 else "", text="t" * (step >= 5), deltas=1))
    done = asyncio.create_task(asyncio.sleep(0))
    await done
    events = [event async for event in answer.events(done)]
    assert [it for it in events if isinstance(it, DecodeProgress)] == [
        DecodeProgress(11, pytest.approx(10.0)),
        DecodeProgress(21, pytest.approx(10.0)),
    ]
    assert "".join(it.text for it in events if isinstance(it, TextDelta)) == "t" * 16
    assert "".join(it.text for it in events if isinstance(it, ThoughtsDelta)) == "h" * 5


async def test_a_reader_that_is_late_gets_texts_joined_and_the_newest_report(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streamed_answer, "perf_counter", Clock())
    answer = StreamedAnswer()
    for text in ("a", "b", "c"):
        answer.add(ChatPiece(text=text, deltas=1))
    done = asyncio.create_task(asyncio.sleep(0))
    await done
    assert [event async for event in answer.events(done)] == [TextDelta("abc")]

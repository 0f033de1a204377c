"""What waits for a slow client is merged without loss."""

import asyncio
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeshell.core.conversation import ConversationSummary
from seeshell.core.ipc.held_bytes import HeldBytes
from seeshell.core.ipc.outbox import ROOM_BYTES, Outbox
from seeshell.core.kept import LibraryRow
from seeshell.core.messages.events import (
    AnyEvent,
    Delta,
    Done,
    Prefilled,
    Refused,
    ThoughtsDelta,
    WorkChanged,
)
from seeshell.core.messages.library_events import LibraryChanged
from seeshell.core.messages.lines import decode_event
from seeshell.core.messages.model_events import ModelFailed, ModelLoading

from ...patience import PATIENCE


def delta(text: str, message: int = 1) -> Delta:
    return Delta(conversation=1, message=message, text=text)


def prefilled(done: int) -> Prefilled:
    return Prefilled(conversation=1, message=1, done=done, total=9, reused=0)


async def taken(*events: AnyEvent) -> list[AnyEvent]:
    outbox = open_outbox()
    for event in events:
        outbox.put(event)
    return decoded(await outbox.take())


def open_outbox(limit_bytes: int = 1 << 30) -> Outbox:
    return Outbox(HeldBytes(limit_bytes).open(lambda: None))


def decoded(lines: bytes) -> list[AnyEvent]:
    return [decode_event(line) for line in lines.splitlines()]


async def test_deltas_of_a_message_become_one() -> None:
    assert await taken(delta("a"), delta("b"), delta("c")) == [delta("abc")]


async def test_deltas_of_two_messages_stay_apart() -> None:
    events = await taken(delta("a"), delta("x", 2), delta("b"), delta("y", 2))
    assert events == [delta("ab"), delta("xy", 2)]


async def test_thoughts_of_a_message_become_one_and_stay_apart_from_its_text() -> None:
    def thoughts(text: str) -> ThoughtsDelta:
        return ThoughtsDelta(conversation=1, message=1, text=text)

    events = await taken(thoughts("a"), thoughts("b"), delta("x"), thoughts("c"), delta("y"))
    assert events == [thoughts("abc"), delta("xy")]


async def test_a_thousand_pieces_of_thoughts_take_the_room_of_their_text() -> None:
    outbox = open_outbox()
    for _ in range(1000):
        outbox.put(ThoughtsDelta(conversation=1, message=1, text="x" * 10))
    assert 10_000 < outbox.nbytes < 11_000


async def test_of_progress_only_the_newest_stays() -> None:
    loading = [ModelLoading(model="m", stage="reading", fraction=it / 4) for it in range(4)]
    changed = LibraryChanged(gone=(1,))
    work = [WorkChanged(answering=it, waiting=()) for it in range(3)]
    events = await taken(prefilled(1), *loading, changed, *work, prefilled(5), changed)
    assert events == [prefilled(5), loading[-1], changed, work[-1]]


def row(conversation: int, title: str) -> LibraryRow:
    return LibraryRow(ConversationSummary(conversation, title, 0.0, 0.0, 0))


async def test_changes_of_lists_become_one_that_takes_the_room_of_what_it_tells() -> None:
    a, b, later = row(1, "a"), row(2, "b"), row(1, "later")
    events = [
        LibraryChanged(rows=(a, b)),
        LibraryChanged(rows=(later,)),
        LibraryChanged(gone=(2, 3)),
    ]
    assert await taken(*events) == [LibraryChanged(rows=(later,), gone=(2, 3))]
    outbox = open_outbox()
    outbox.put(events[0])
    once = outbox.nbytes
    for _ in range(100):
        outbox.put(events[0])
    assert outbox.nbytes == once
    outbox.put(LibraryChanged(gone=tuple(range(10, 110))))
    assert outbox.nbytes > 10 * once
    assert await taken(LibraryChanged(gone=(1,)), Done(reply_to=1), LibraryChanged(rows=(b,))) == [
        LibraryChanged(gone=(1,)),
        Done(reply_to=1),
        LibraryChanged(rows=(b,)),
    ]


async def test_nothing_is_merged_across_another_event() -> None:
    events = [delta("a"), Done(reply_to=4), delta("b"), Done(reply_to=5)]
    assert await taken(*events) == events


@given(
    st.lists(
        st.one_of(
            st.builds(delta, st.text(max_size=3), st.integers(1, 2)),
            st.builds(prefilled, st.integers(0, 9)),
            st.builds(Done, reply_to=st.integers(1, 3)),
        ),
        max_size=30,
    )
)
def test_merging_loses_no_text_no_reply_and_no_order(events: list[AnyEvent]) -> None:
    merged = asyncio.run(taken(*events)) if events else []
    assert len(merged) <= len(events)
    for message in (1, 2):
        assert what_message_heard(merged, message) == what_message_heard(events, message)
    progress = [event for event in events if isinstance(event, Prefilled)]
    assert [event for event in merged if isinstance(event, Prefilled)][-1:] == progress[-1:]


def what_message_heard(events: list[AnyEvent], message: int) -> list[object]:
    """The text of a message between replies: joining it is all that merging may do."""
    heard: list[object] = [""]
    for event in events:
        if isinstance(event, Done):
            heard += [event, ""]
        elif isinstance(event, Delta) and event.message == message:
            heard[-1] = f"{heard[-1]}{event.text}"
    return heard


async def test_what_was_taken_does_not_come_again() -> None:
    outbox = open_outbox()
    outbox.put(delta("a"))
    assert decoded(await outbox.take()) == [delta("a")]
    assert outbox.take_all() == b""
    outbox.put(delta("b"))
    assert decoded(await outbox.take()) == [delta("b")]


@pytest.mark.parametrize("text", ["a", "ä€", "x" * 500])
async def test_deltas_count_about_the_bytes_that_will_be_sent(text: str) -> None:
    outbox = open_outbox()
    for _ in range(5000):
        outbox.put(delta(text))
    counted = outbox.nbytes
    assert len(text.encode()) * 5000 <= counted <= len(text.encode()) * 5000 + 1000
    outbox.take_all()


async def test_bytes_count_until_the_next_ones_are_taken() -> None:
    outbox = open_outbox()
    outbox.put(Done(reply_to=1))
    line = await outbox.take()
    counted = outbox.nbytes
    assert counted > len(line)
    outbox.put(Done(reply_to=2))
    assert outbox.nbytes == 2 * counted
    await outbox.take()
    assert outbox.nbytes == counted


async def test_an_outbox_is_taken_in_pieces() -> None:
    outbox = open_outbox()
    events: list[AnyEvent] = [Done(reply_to=number) for number in range(1, 10_001)]
    for event in events:
        outbox.put(event)
    first = await outbox.take()
    assert len(first) < 70_000
    taken = first
    while len(decoded(taken)) < len(events):
        taken += await outbox.take()
    assert decoded(taken) == events


async def test_there_is_no_room_while_much_waits() -> None:
    outbox = open_outbox()
    await outbox.wait_for_room()
    outbox.put(delta("x" * (ROOM_BYTES + 1)))
    waiting = asyncio.create_task(outbox.wait_for_room())
    await outbox.take()
    outbox.put(Done(reply_to=1))
    assert not waiting.done()
    await outbox.take()
    await asyncio.wait_for(waiting, PATIENCE)


async def test_a_dropped_client_is_told_so_in_place_of_all_that_waited() -> None:
    held = HeldBytes(1 << 20)
    outbox = Outbox(held.open(lambda: None))
    outbox.put(delta("x" * ROOM_BYTES))
    last = Refused(error="CoreError", sentence="Too much.")
    outbox.drop(last)
    outbox.put(Done(reply_to=1))
    outbox.drop(Refused(error="CoreError", sentence="Again."))
    assert outbox.closed.is_set()
    await outbox.wait_for_room()
    assert decoded(outbox.take_all()) == [last]


async def test_the_client_that_most_is_held_for_is_dropped_when_all_hold_too_much() -> None:
    held = HeldBytes(1000)
    dropped: list[str] = []
    small, large, other = (
        held.open(partial(dropped.append, name)) for name in ("small", "large", "other")
    )
    small.add(100)
    large.add(800)
    other.add(100)
    assert dropped == []
    small.add(1)
    assert dropped == ["large"]
    large.add(5000)
    other.add(700)
    assert dropped == ["large"]
    other.add(-750)
    other.close()
    small.add(900)
    assert dropped == ["large", "small"]


async def test_half_of_a_surrogate_pair_costs_one_character() -> None:
    failed = ModelFailed(model="\ud800", error="ModelError", sentence="No \ud800.")
    assert await taken(failed, delta("a\ud83d")) == [
        ModelFailed(model="?", error="ModelError", sentence="No ?."),
        delta("a?"),
    ]

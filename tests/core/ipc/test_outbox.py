"""What waits for a slow client is merged without loss."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from seeshell.core.ipc.outbox import Outbox
from seeshell.core.messages.events import (
    AnyEvent,
    ConversationsChanged,
    Delta,
    Done,
    ModelLoading,
    Prefilled,
)


def delta(text: str, message: int = 1) -> Delta:
    return Delta(conversation=1, message=message, text=text)


def prefilled(done: int) -> Prefilled:
    return Prefilled(conversation=1, message=1, done=done, total=9, reused=0)


async def taken(*events: AnyEvent) -> list[AnyEvent]:
    outbox = Outbox()
    for event in events:
        outbox.put(event)
    return await outbox.take()


async def test_deltas_of_a_message_become_one() -> None:
    assert await taken(delta("a"), delta("b"), delta("c")) == [delta("abc")]


async def test_deltas_of_two_messages_stay_apart() -> None:
    events = await taken(delta("a"), delta("x", 2), delta("b"), delta("y", 2))
    assert events == [delta("ab"), delta("xy", 2)]


async def test_of_progress_only_the_newest_stays() -> None:
    loading = [ModelLoading(model="m", stage="reading", fraction=it / 4) for it in range(4)]
    changed = ConversationsChanged()
    events = await taken(prefilled(1), *loading, changed, prefilled(5), changed)
    assert events == [prefilled(5), loading[-1], changed]


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
    outbox = Outbox()
    outbox.put(delta("a"))
    assert await outbox.take() == [delta("a")]
    assert outbox.is_empty
    outbox.put(delta("b"))
    assert await outbox.take() == [delta("b")]


async def test_an_outbox_says_when_too_much_waits() -> None:
    outbox = Outbox()
    for _ in range(5000):
        outbox.put(delta("a"))
    assert not outbox.flooded.is_set()
    for number in range(5000):
        outbox.put(Done(reply_to=number + 1))
    assert outbox.flooded.is_set()

"""What waits for a slow client is merged without loss."""

from seeshell.core.messages import (
    AnyEvent,
    ConversationsChanged,
    Delta,
    Done,
    ModelLoading,
    Prefilled,
)
from seeshell.core.outbox import Outbox


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

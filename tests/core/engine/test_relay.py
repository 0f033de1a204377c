import asyncio
from collections.abc import Callable

from seeshell.core.engine.engine import AnswerEnd, AnswerEvent, PrefillProgress, TextDelta
from seeshell.core.engine.relay import Relay

from ...patience import PATIENCE

PROGRESS = PrefillProgress(1, 2, 0)
END = AnswerEnd("stop")
FOR_EVER = 3600.0


async def read(relay: Relay) -> list[AnswerEvent]:
    async with asyncio.timeout(PATIENCE):
        return [event async for event in relay.events()]


def start(relay: Relay, write: Callable[[], None]) -> None:
    """Writes on a thread; the relay is closed after that."""
    writing = asyncio.get_running_loop().run_in_executor(None, write)
    writing.add_done_callback(lambda _: relay.close())


async def test_events_of_a_thread_arrive_in_order_and_text_is_whole() -> None:
    relay = Relay()
    words = [f"word{number} " for number in range(3000)]

    def write() -> None:
        relay.put(PROGRESS)
        for word in words:
            relay.put(TextDelta(word))
        relay.put(END)

    start(relay, write)
    events = await read(relay)

    assert events[0] == PROGRESS
    assert events[-1] == END
    deltas = [event.text for event in events[1:-1] if isinstance(event, TextDelta)]
    assert "".join(deltas) == "".join(words)
    assert len(deltas) < len(words) / 10


async def test_text_is_not_held_back_until_the_next_token() -> None:
    relay = Relay()
    events = relay.events()
    for text in ("a", "b", "c"):
        await asyncio.to_thread(relay.put, TextDelta(text))
        assert await asyncio.wait_for(anext(events), PATIENCE) == TextDelta(text)


async def test_text_waits_for_its_bundle_and_what_is_no_text_for_nothing() -> None:
    relay = Relay(bundle_seconds=FOR_EVER)
    events = relay.events()
    await asyncio.to_thread(relay.put, TextDelta("first"))
    assert await asyncio.wait_for(anext(events), PATIENCE) == TextDelta("first")

    for text in ("some", " more"):
        await asyncio.to_thread(relay.put, TextDelta(text))
    following = asyncio.ensure_future(anext(events))
    done, _ = await asyncio.wait([following], timeout=0.2)
    assert not done

    await asyncio.to_thread(relay.put, END)
    assert await asyncio.wait_for(following, PATIENCE) == TextDelta("some more")
    assert await asyncio.wait_for(anext(events), PATIENCE) == END


async def test_closing_brings_what_was_gathered() -> None:
    relay = Relay(bundle_seconds=FOR_EVER)

    def write() -> None:
        for text in "abc":
            relay.put(TextDelta(text))

    start(relay, write)
    assert "".join(event.text for event in await read(relay) if isinstance(event, TextDelta)) == (
        "abc"
    )


async def test_closing_without_events_ends_the_iteration() -> None:
    relay = Relay()
    relay.close()

    assert await read(relay) == []

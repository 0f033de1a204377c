import asyncio
import threading
import time

from seeshell.core.engine.engine import AnswerEnd, PrefillProgress, TextDelta
from seeshell.core.engine.relay import Relay

END = AnswerEnd("stop")


async def read(relay: Relay) -> list[tuple[float, object]]:
    return [(time.monotonic(), event) async for event in relay.events()]


async def test_events_of_a_thread_arrive_in_order_and_text_is_whole() -> None:
    relay = Relay()
    words = [f"word{number} " for number in range(3000)]

    def write() -> None:
        relay.put(PrefillProgress(1, 2, 0))
        for word in words:
            relay.put(TextDelta(word))
        relay.put(END)

    writing = asyncio.get_running_loop().run_in_executor(None, write)
    writing.add_done_callback(lambda _: relay.close())
    events = [event for _, event in await asyncio.wait_for(read(relay), 10)]

    assert events[0] == PrefillProgress(1, 2, 0)
    assert events[-1] == END
    deltas = [event.text for event in events[1:-1] if isinstance(event, TextDelta)]
    assert "".join(deltas) == "".join(words)
    assert len(deltas) < len(words) / 10


async def test_text_is_not_held_back_until_the_next_token() -> None:
    relay = Relay()
    reading = asyncio.ensure_future(read(relay))
    threads = []
    sent: list[float] = []
    for number in range(2):
        sent.append(time.monotonic())
        threads.append(threading.Thread(target=relay.put, args=(TextDelta(str(number)),)))
        threads[-1].start()
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.5)
    relay.close()
    arrived = await asyncio.wait_for(reading, 10)

    assert "".join(event.text for _, event in arrived) == "01"
    assert arrived[-1][0] - sent[-1] < 0.3


async def test_closing_without_events_ends_the_iteration() -> None:
    relay = Relay()
    relay.close()

    assert await asyncio.wait_for(read(relay), 10) == []

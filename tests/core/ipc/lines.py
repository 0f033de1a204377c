"""Connections on which a test writes and reads what it likes."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from seeshell.core.messages.lines import PROTOCOL

from ...patience import PATIENCE

Frame = dict[str, Any] | bytes

HELLO = {"type": "Hello", "request": 1, "version": "1.0", "protocol": PROTOCOL}


class Line:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def write(self, *frames: Frame) -> None:
        """Sends all frames at once."""
        lines = [it if isinstance(it, bytes) else json.dumps(it).encode() for it in frames]
        self.writer.write(b"".join(line + b"\n" for line in lines))

    async def read(self) -> dict[str, Any]:
        """Returns the next event; an empty one at the end."""
        async with asyncio.timeout(PATIENCE):
            line = await self.reader.readline()
        event: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else {}
        return event

    async def reply(self, number: int) -> dict[str, Any]:
        """Returns the reply to a request."""
        while (event := await self.read()) and event.get("reply_to") != number:
            pass
        return event

    async def replies(self, *numbers: int) -> list[dict[str, Any]]:
        """Returns the replies to these requests in the order in which they come."""
        found: list[dict[str, Any]] = []
        while len(found) < len(numbers):
            event = await self.read()
            assert event, "the connection ended"
            if event["reply_to"] in numbers:
                found.append(event)
        return found

    async def until(self, kind: str) -> dict[str, Any]:
        """Returns the next event of a type."""
        while event := await self.read():
            if event["type"] == kind:
                return event
        raise AssertionError(f"the connection ended before {kind}")

    def stop_reading(self) -> None:
        """From now on nothing is taken from the system, so that it waits in the core."""
        self.reader._transport.pause_reading()  # type: ignore[attr-defined]

    def read_on(self) -> None:
        """Takes again what comes."""
        self.reader._transport.resume_reading()  # type: ignore[attr-defined]


async def until(condition: Callable[[], object]) -> None:
    """Returns when something is so of which no event tells."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.01)


Dial = Callable[..., Awaitable[Line]]
"""Connects and sends these frames."""

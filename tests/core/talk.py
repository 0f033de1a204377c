"""Clients that keep what they hear and can be waited for."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from seeshell.core.conversation import Message
from seeshell.core.ipc.client import CoreClient
from seeshell.core.messages.events import AnyEvent, TurnEnded, TurnFailed, TurnStarted
from seeshell.core.messages.library_events import LibraryChanged
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.queue_events import TurnQueued
from seeshell.core.messages.requests import AnyRequest, Request, SubmitTurn
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.store.archive import Archive

from ..patience import PATIENCE


class Talk:
    """A client of a core that keeps what it hears and can wait for it."""

    def __init__(self, client: CoreClient) -> None:
        self.client = client
        self.heard: list[AnyEvent] = []
        self._events = client.events()

    async def until(self, *kinds: type, **fields: object) -> Any:
        """Returns the next event of one of these kinds with these fields."""
        async with asyncio.timeout(PATIENCE):
            async for event in self._events:
                self.heard.append(event)
                if _fits(event, kinds, fields):
                    return event
        raise AssertionError(f"the connection ended before {kinds}")

    async def request(self, request: Request) -> Any:
        async with asyncio.timeout(PATIENCE):
            return await self.client.request(request)

    async def submit(
        self, text: str, *pictures: Path, conversation: int | None = None
    ) -> TurnQueued:
        attached = [await self.request(Attach(path=str(picture))) for picture in pictures]
        hashes = tuple(event.attachment.sha256 for event in attached)
        queued: TurnQueued = await self.request(
            SubmitTurn(text=text, attachments=hashes, conversation=conversation)
        )
        return queued

    async def ask(self, text: str, *pictures: Path, conversation: int | None = None) -> Message:
        """Returns the complete answer."""
        queued = await self.submit(text, *pictures, conversation=conversation)
        return await self.end_of(queued)

    async def end_of(self, queued: TurnQueued) -> Message:
        while True:
            ended: TurnEnded | TurnFailed = await self.until(TurnEnded, TurnFailed)
            if ended.message.turn == queued.turn.id:
                return ended.message


Connect = Callable[..., Awaitable[Talk]]


class Listener:
    """A subscriber that keeps what it hears and can wait for it."""

    def __init__(self) -> None:
        self.heard: list[AnyEvent] = []
        self.changes: list[LibraryChanged] = []
        """What it heard of lists, which comes when the core has read it."""
        self._news = asyncio.Event()

    def put(self, event: AnyEvent) -> None:
        if isinstance(event, LibraryChanged):
            self.changes.append(event)
        else:
            self.heard.append(event)
        self._news.set()

    async def until(
        self,
        *kinds: type,
        where: Callable[[Any], bool] = lambda _: True,
        **fields: object,
    ) -> Any:
        """Returns the first event of one of these kinds that fits, heard or to come."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for event in (*self.heard, *self.changes):
                    if _fits(event, kinds, fields) and where(event):
                        return event
                self._news.clear()
                await self._news.wait()


async def carry_out(sessions: Sessions, request: AnyRequest, client: Listener) -> Any:
    reply, *more = await sessions.carry_out(request, client)
    for event in more:
        client.put(event)
    return reply


async def submit(
    sessions: Sessions, client: Listener, text: str, conversation: int | None = None
) -> TurnQueued:
    request = SubmitTurn(text=text, conversation=conversation)
    queued: TurnQueued = await carry_out(sessions, request, client)
    return queued


async def end_of(client: Listener, queued: TurnQueued) -> TurnEnded | TurnFailed:
    ended: TurnEnded | TurnFailed = await client.until(
        TurnEnded, TurnFailed, where=lambda event: event.message.turn == queued.turn.id
    )
    return ended


async def start_of(client: Listener, queued: TurnQueued) -> TurnStarted:
    started: TurnStarted = await client.until(TurnStarted, turn=queued.turn.id)
    return started


async def let_write(archive: Archive, *, may_write: bool) -> None:
    """Lets the database be written, or makes every write fail as on a disk that is read-only."""
    pragma = f"PRAGMA query_only = {'OFF' if may_write else 'ON'}"
    await archive._run(archive._conversations._database.connection.execute, pragma)


def _fits(event: AnyEvent, kinds: tuple[type, ...], fields: dict[str, object]) -> bool:
    return isinstance(event, kinds) and all(
        getattr(event, name) == value for name, value in fields.items()
    )

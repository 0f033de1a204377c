"""What the commands of the plain chat work on: the session, and what is told of it."""

import asyncio
import time
from contextlib import suppress
from typing import Final

from ....core.errors import CoreVersionMismatch, SeeshellError
from ...session.events import ConversationsFound, CoreLost, SessionEvent
from ...session.launch_options import LaunchOptions
from ...session.listed_conversations import ListedConversation
from ...session.session import ChatSession
from ..output import Output
from .shown_messages import ShownMessages
from .teller import Teller

_FIRST_NEWS: Final = 3.0
"""Seconds of waiting after which it is said what for."""
_CHECKING: Final = 10.0
"""Most seconds that the prompt waits for pictures which are being checked."""
_NEXT_NEWS: Final = 10.0
"""Seconds until that is said again."""


class Desk:
    """One chat; lives on the loop."""

    def __init__(self, session: ChatSession, output: Output, launch: LaunchOptions) -> None:
        """Connects to nothing yet.

        Args:
            session: the conversation and its core.
            output: of the command.
            launch: what to open first.
        """
        self.session = session
        self.messages = ShownMessages()
        """Of the branch that is shown."""
        self.teller = Teller(session, output, self.messages)
        self.listed: tuple[ListedConversation, ...] = ()
        """The conversations that were found last."""
        self.has_quit = False
        self._launch = launch
        self._loss: SeeshellError | None = None
        self._running: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        session.events.listen(SessionEvent, lambda _: self._news.set())
        session.events.listen(ConversationsFound, self._note_found)
        session.events.listen(CoreLost, self._note_loss)

    async def connect(self) -> None:
        """Reaches the core, started if need be; returns when the conversation is there, or no core.

        After a loss the conversation that was shown is read again.
        """
        session, replaces = self.session, isinstance(self._loss, CoreVersionMismatch)
        if self._running is None:
            session.unsent.place(*self._launch.images)
        if session.has_begun:
            self._launch = LaunchOptions(chat=session.conversation)
        self._loss = None
        # One that runs still ends first: the session sees to that.
        self._running = asyncio.create_task(session.run(self._launch, replace_core=replaces))
        ready = asyncio.create_task(self._until_connected())
        await asyncio.wait([self._running, ready], return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()

    async def send(self, text: str) -> None:
        """Sends a message and returns when its answer is over, or it can't be sent."""
        await self.session.submit(text)
        await self.until_over()
        if self.session.draft.text.strip():
            self.teller.has_failed = True

    async def until_over(self) -> None:
        """Returns when nothing is being answered here, and nothing is on its way to be."""
        due = time.monotonic() + _FIRST_NEWS
        while not self._is_over:
            self._news.clear()
            try:
                async with asyncio.timeout(max(due - time.monotonic(), 0)):
                    await self._news.wait()
            except TimeoutError:
                self.teller.tell_progress()
                due = time.monotonic() + _NEXT_NEWS

    async def until_checked(self) -> None:
        """Returns when it is known of each picture of the next message what it costs, or soon."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_CHECKING):
                while self._loss is None and any(
                    it.is_checking for it in self.session.draft.pictures
                ):
                    self._news.clear()
                    await self._news.wait()

    async def stop(self) -> None:
        """Stops the answer; what has come of it stays."""
        await self.session.answers.stop()

    @property
    def _is_over(self) -> bool:
        session = self.session
        if self._loss is not None or session.model.status.connection != "connected":
            return True
        if session.turns.is_answering or session.turns.are_due:
            return False
        on_their_way = [it for it in session.unsent.entry.turns if not it.is_held]
        return not on_their_way or session.turns.are_paused

    async def _until_connected(self) -> None:
        await self.session.wait_until_begun()
        while self.session.model.status.connection != "connected":
            self._news.clear()
            await self._news.wait()

    def _note_found(self, event: ConversationsFound) -> None:
        self.listed = event.conversations

    def _note_loss(self, event: CoreLost) -> None:
        self._loss = event.error

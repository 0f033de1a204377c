"""Work ahead of turns: what clients will probably ask for is computed while nothing else is."""

import asyncio
import logging
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Final

from ..engine.engine import Engine
from ..errors import SeeshellError
from ..generation_options import NO_CHOICES, ConversationChoices
from ..store.archive import Archive
from .model_loader import ModelLoader
from .prompt_messages import NextTurn, read_ahead
from .subscribers import Subscriber
from .turn_options import TurnOptions

_logger = logging.getLogger(__name__)


_NOTHING: Final = NextTurn()
"""What every new conversation starts with is worth computing too."""


class WorkAhead:
    """Keeps the next turn of each client, and says what of it the engine should prepare now."""

    def __init__(
        self,
        engine: Engine,
        archive: Archive,
        loader: ModelLoader,
        options: TurnOptions,
        due: asyncio.Event,
    ) -> None:
        self._engine = engine
        self._options = options
        self._archive = archive
        self._loader = loader
        self._due = due
        self._next_turns: dict[Subscriber, NextTurn] = {}
        """Of each client, the newest last."""
        self._drafts: dict[Subscriber, set[int | None]] = {}
        """Where each client has pictures attached that it has not sent."""
        self._abandoned: dict[int | None, None] = {}
        """Where clients that are gone had such pictures."""
        self._prepared: NextTurn | None = None
        self._pauses = 0
        self.is_outdated = False
        """Whether what is being prepared has to be prepared again."""

    def choose(self) -> NextTurn | None:
        """Returns what the engine should prepare; None if nothing, or not now.

        First what frees the pictures of those who are gone, then the newest client's.
        """
        if self._pauses or self._engine.model is None:
            return None
        for conversation in self._abandoned:
            return NextTurn(conversation)
        turn = next(reversed(self._next_turns.values()), _NOTHING)
        return None if turn == self._prepared else turn

    def want(self, client: Subscriber, turn: NextTurn) -> None:
        """Replaces what the client wanted before."""
        self._next_turns.pop(client, None)
        self._next_turns[client] = turn
        drafts = self._drafts.setdefault(client, set())
        if turn.attachments:
            drafts.add(turn.conversation)
        else:
            drafts.discard(turn.conversation)
        self._abandoned.pop(turn.conversation, None)
        self._due.set()

    def submitted(self, client: Subscriber, asked: int | None, conversation: int) -> None:
        """Notes that the client submitted its turn: what comes next is a follow-up.

        Args:
            client: who wanted it.
            asked: the conversation that the client named; None for a new one.
            conversation: the one that the turn is part of.
        """
        if client in self._next_turns:
            self._drafts[client].discard(asked)
            self.want(client, NextTurn(conversation))

    def drop(self, client: Subscriber) -> None:
        """Forgets what the client wanted; pictures that nobody else wants are freed."""
        if self._next_turns.pop(client, None) is None:
            return
        abandoned = self._drafts.pop(client).difference(*self._drafts.values())
        self._abandoned |= dict.fromkeys(abandoned)
        self._prepared = None
        self._due.set()

    async def forget(self, conversation: int) -> None:
        """Forgets what was wanted and computed in a conversation that is gone."""
        for drafts in self._drafts.values():
            drafts.discard(conversation)
        self._abandoned.pop(conversation, None)
        turns = list(self._next_turns.items())
        for client in [it for it, turn in turns if turn.conversation == conversation]:
            self.drop(client)
        self._due.set()
        await self._engine.forget(conversation)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Interrupts the work for the time of the block."""
        self._pauses += 1
        self._due.set()
        try:
            yield
        finally:
            self._pauses -= 1
            self.start_over()

    def start_over(self) -> None:
        """Lets what was prepared be prepared again: it may be evicted, or its prompt another one.

        What is still there takes no time.
        """
        self._prepared = None
        self.is_outdated = True
        self._due.set()

    def prepare(self, turn: NextTurn) -> Coroutine[Any, Any, None]:
        """Returns what lets the engine prepare a turn; cancelling that interrupts it.

        In a conversation that keeps another model than the loaded one there is nothing to prepare.
        """
        # The engine lets go of the one before as soon as this one begins.
        self._prepared = None
        self.is_outdated = False
        return self._prepare(turn)

    def end(self, turn: NextTurn, error: BaseException | None) -> None:
        """Notes that a turn was prepared, or why it can't be: its client hears that at submit."""
        self._prepared = None if self.is_outdated else turn
        self._abandoned.pop(turn.conversation, None)
        if isinstance(error, SeeshellError):
            reason = type(error).__name__ if turn.is_private else error
            _logger.info("nothing was computed ahead: %s", reason)
        elif error is not None:
            told = None if turn.is_private else error
            _logger.error("computing ahead failed unexpectedly", exc_info=told)

    async def _prepare(self, turn: NextTurn) -> None:
        if not self._loader.can_answer(self._loader.resolve(await self._choices_of(turn))):
            return
        known = await read_ahead(self._archive, turn, self._options)
        model = self._engine.model
        try:
            await self._engine.prepare(
                known.messages, thinking=known.thinking, conversation=turn.conversation or 0
            )
        finally:
            self._loader.tell_news_of(model)

    async def _choices_of(self, turn: NextTurn) -> ConversationChoices:
        """Returns what the turn's conversation will keep."""
        if turn.choices is not None or turn.conversation is None:
            return turn.choices or NO_CHOICES
        found = await self._archive.find_choices((turn.conversation,))
        return found.get(turn.conversation, NO_CHOICES)

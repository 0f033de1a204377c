"""The ends of answers as they are stored: kept until the disk takes them, or the turn withdrawn."""

import logging
from contextlib import suppress

from ..conversation import Message
from ..errors import NotStored, SeeshellError, StoreError
from ..messages.events import TurnEnded, TurnFailed, TurnWithdrawn
from ..private_ids import loggable
from ..store.archive import Archive
from .open_turn import OpenTurn

_logger = logging.getLogger(__name__)

EndEvent = TurnEnded | TurnFailed | TurnWithdrawn


class StoredEnds:
    """Stores how turns ended, and returns the events that tell it."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._unstored: dict[int, TurnFailed] = {}
        """By the ids of their answers."""

    async def store(self, turn: OpenTurn, event: TurnEnded | TurnFailed) -> TurnEnded | TurnFailed:
        """Stores the end of an answer; what the disk does not take is kept, and the turn failed."""
        try:
            await self._archive.turns.end_answer(turn.conversation, event.message)
        except StoreError as error:
            _logger.warning("an answer was not stored: %s", error)
            event = self._unstored[turn.answer.id] = turn.fail(error)
        _logger.info("answer %d ended as %s", turn.answer.id, event.message.finish_reason)
        return event

    async def store_again(self) -> None:
        """Stores the answers that the disk would not take when they ended.

        Raises:
            StoreError: it still does not.
        """
        for event in list(self._unstored.values()):
            with suppress(NotStored):
                await self._archive.turns.end_answer(event.conversation, event.message)
            self._unstored.pop(event.message.id, None)

    async def withdraw(self, turn: OpenTurn, error: SeeshellError) -> EndEvent:
        """Takes the turn out of its conversation; if that can't be, the turn failed."""
        try:
            restored = await self._archive.turns.withdraw(turn.started)
        except StoreError as problem:
            _logger.warning("a turn was not withdrawn: %s", problem)
            return await self.store(turn, turn.fail(error))
        reason = loggable(turn.conversation, error)
        _logger.info("turn %s was withdrawn: %s", turn.started.id, reason)
        return turn.withdraw(error, restored)

    def complete(self, message: Message) -> Message:
        """Returns the message, or the end of it that the disk would not take."""
        event = self._unstored.get(message.id)
        return event.message if event else message

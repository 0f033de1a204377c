"""What answers tell of their models: which one a conversation keeps, and how fast each reads."""

import logging
from typing import Final

from ..conversation import TurnStats
from ..errors import StoreError
from ..messages.events import ChoicesChanged
from ..store.archive import Archive
from .open_turn import OpenTurn
from .subscribers import Subscribers

_logger = logging.getLogger(__name__)

_LEAST_TOKENS: Final = 32
"""Prefilled tokens of a turn that says how fast a model reads."""


class AnsweredModels:
    """Notes after each answer what it says of the model that gave it."""

    def __init__(self, archive: Archive, subscribers: Subscribers) -> None:
        self._archive = archive
        self._subscribers = subscribers
        self.prompt_tps: dict[str, float] = {}
        """Prefilled tokens a second that were measured last, by the model's source."""

    async def note(self, turn: OpenTurn, stats: TurnStats) -> None:
        """Takes in a turn that has been computed and is about to end."""
        if turn.model is None:
            return
        if stats.prefilled_tokens >= _LEAST_TOKENS and stats.prompt_tps:
            self.prompt_tps[turn.model.source] = stats.prompt_tps
        if turn.has_begun and not turn.started.choices.model:
            await self._keep(turn.conversation, turn.model.source, turn.model.adapter)

    async def _keep(self, conversation: int, source: str, adapter: str) -> None:
        """Lets a conversation without a model of its own keep the one that answered."""
        try:
            choices = await self._archive.keep_model(conversation, source, adapter)
        except StoreError as error:
            _logger.warning("conversation %d has no model of its own: %s", conversation, error)
            return
        if choices is not None:
            changed = ChoicesChanged(conversation=conversation, choices=choices)
            self._subscribers.publish_to_followers(conversation, changed)

"""Which waiting turn is next: the loaded model's before others', as far as that is fair.

Changing models costs seconds, and memory has room for one. So all turns that wait for the model
that is there come first, one conversation after the other, and then one switch serves all that
wait for the next model. The conversation that was served least recently decides which that is. It
is passed over by no more than `MOST_PASSED_OVER` answers.
"""

from typing import Final, NamedTuple

from ..generation_options import NO_CHOICES
from ..store.archive import Archive
from .model_loader import ModelLoader
from .model_states import WantedModel
from .queue import Queues

MOST_PASSED_OVER: Final = 8
"""Answers of the loaded model that may come before a turn that waits longer for another one."""


class DueTurn(NamedTuple):
    """The first turn of a conversation's queue, and what it is to be answered by."""

    conversation: int
    wanted: WantedModel


class TurnOrder:
    """Chooses among the conversations that wait for the engine."""

    def __init__(self, queues: Queues, archive: Archive, loader: ModelLoader) -> None:
        self._queues = queues
        self._archive = archive
        self._loader = loader
        self._passed_over = 0
        """Answers since the turn was due that waits longest."""

    async def choose(self) -> DueTurn | None:
        """Returns the turn to answer next, or to load a model for; None if none waits."""
        line = self._queues.order.line
        if not line:
            return None
        choices = await self._archive.find_choices(line)
        due = [DueTurn(it, self._loader.resolve(choices.get(it, NO_CHOICES))) for it in line]
        longest = due[0]
        chosen = next((it for it in due if self._loader.can_answer(it.wanted)), longest)
        if chosen is longest or self._passed_over >= MOST_PASSED_OVER:
            self._passed_over = 0
            return longest
        self._passed_over += 1
        return chosen

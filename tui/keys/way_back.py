"""One step back: what the key for it does now, of several things in a fixed order."""

from collections.abc import Callable
from typing import Final

from msgspec import Struct
from textual.binding import Binding

from .bindings import Keyed

BACK: Final = "back"
"""Name of the command and of its action."""


class Step(Struct, frozen=True):
    """One thing that can be left, closed or stopped."""

    word: str
    """What the key line says."""
    is_possible: Callable[[], bool]
    take: Callable[[], object]


class WayBack:
    """Steps in their order: the first one that is possible is the next."""

    def __init__(self, *steps: Step) -> None:
        self.steps = steps

    @property
    def next(self) -> Step | None:
        """The step that the key takes now; None where it does nothing."""
        return next((step for step in self.steps if step.is_possible()), None)


class GoesBack(Keyed):
    """Mixed into a screen whose key line shows the next step back."""

    way_back: WayBack

    def word_of(self, binding: Binding) -> str:
        """Returns the binding's word in the key line, of the key back that of its next step."""
        is_back = binding.action.removeprefix("screen.") == BACK
        step = self.way_back.next if is_back else None
        return step.word if step is not None else super().word_of(binding)

    def action_back(self) -> None:
        """Takes one step back."""
        step = self.way_back.next
        if step is not None:
            step.take()

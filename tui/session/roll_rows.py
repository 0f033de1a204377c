"""Which rows of a roll are shown, and in which order."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from ...core.roll import RollRow

Order = Literal["picture", "name", "answer", "seconds"]

ORDERS: Final[tuple[Order, ...]] = ("picture", "name", "answer", "seconds")
"""In the order in which a key goes through them."""

Shown = Literal["all", "failed", "done", "waiting"]

SHOWN: Final[tuple[Shown, ...]] = ("all", "failed", "done", "waiting")
"""In the order in which a key goes through them."""

_KEYS: Final[dict[Order, Callable[[RollRow], Any]]] = {
    "picture": lambda row: row.position,
    "name": lambda row: row.name.casefold(),
    "answer": lambda row: row.answer.text.casefold() if row.answer else "",
    "seconds": lambda row: row.answer.seconds if row.answer else 0.0,
}


class Arrangement(Struct, frozen=True):
    """How the rows of a table are chosen and sorted."""

    order: Order = "picture"
    is_reversed: bool = False
    shown: Shown = "all"
    """Rows of which state; those that are being answered count as waiting."""
    words: str = ""
    """What name, answer or error of a row must hold, each word anywhere."""

    @property
    def is_filtering(self) -> bool:
        """Whether rows may be missing."""
        return self.shown != "all" or bool(self.words)

    def sorted_otherwise(self) -> "Arrangement":
        """Returns the next order, the usual way round."""
        return replace(self, order=_after(ORDERS, self.order), is_reversed=False)

    def filtered_otherwise(self) -> "Arrangement":
        """Returns the next choice of states."""
        return replace(self, shown=_after(SHOWN, self.shown))

    def arrange(self, rows: Sequence[RollRow]) -> list[int]:
        """Returns the positions of the rows that are shown, in their order.

        What has no answer yet comes last where answers are sorted.
        """
        words = self.words.casefold().split()
        found = [row for row in rows if self._lets_through(row, words)]
        found.sort(key=_KEYS[self.order], reverse=self.is_reversed)
        if self.order in ("answer", "seconds"):
            found.sort(key=lambda row: row.answer is None)
        return [row.position for row in found]

    def _lets_through(self, row: RollRow, words: Sequence[str]) -> bool:
        state = "waiting" if row.state == "running" else row.state
        if self.shown not in ("all", state):
            return False
        answer = row.answer
        told = f"{row.name}\n{answer.text}\n{answer.error}" if answer else row.name
        return all(word in told.casefold() for word in words)


def _after(choices: Sequence[Any], chosen: object) -> Any:
    return choices[(choices.index(chosen) + 1) % len(choices)]

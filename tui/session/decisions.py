"""What went wrong and waits for the user's decision: it stands until that is made."""

from typing import Literal

from msgspec import Struct

from ...core.leaving_out import LeavingOut
from .core_link import Post
from .events import DecisionsChanged

Matter = Literal["question", "connection", "model", "other model", "conversation", "address"]
"""What a decision is about; of each only the newest counts. `connection`: a question that was not
sent for want of one. `other model`: the conversation keeps another one than is loaded. `address`: a
picture was not fetched, as it is not on the internet."""

WayOut = Literal[
    "load again",
    "load another",
    "load kept",
    "go on",
    "restore",
    "start new",
    "leave out",
    "fetch anyway",
]


class Decision(Struct, frozen=True):
    """Something that was not done, and what can be done instead."""

    matter: Matter
    sentence: str
    ways_out: tuple[WayOut, ...] = ()
    """None where the user has only to change what is in the prompt."""
    model: str = ""
    """Source of the model that could not be loaded."""
    room: LeavingOut = LeavingOut()
    """What to leave out of the prompt so that the question fits."""
    regenerated: int | None = None
    """Message whose answer was to be given again."""


class Decisions:
    """Those that are to be made in this window."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self.open: tuple[Decision, ...] = ()
        """Newest last."""

    @property
    def newest(self) -> Decision | None:
        """The decision to make first; None if there is none to make."""
        return self.open[-1] if self.open else None

    def need(self, decision: Decision) -> None:
        """Puts a decision before the user, in place of one about the same matter."""
        self._change((*self._others(decision.matter), decision))

    def offers(self, way_out: object) -> bool:
        """Whether the newest decision can be made by a way out."""
        return self.newest is not None and way_out in self.newest.ways_out

    def close_newest(self) -> None:
        """Leaves it at what became of the newest one."""
        if self.newest is not None:
            self.settle(self.newest.matter)

    def settle(self, matter: Matter) -> None:
        """Takes away what there was to decide about a matter."""
        self._change(self._others(matter))

    def _others(self, matter: Matter) -> tuple[Decision, ...]:
        return tuple(it for it in self.open if it.matter != matter)

    def _change(self, decisions: tuple[Decision, ...]) -> None:
        if decisions != self.open:
            self.open = decisions
            self._post(DecisionsChanged())

"""Pictures that were not fetched since their address is not on the internet: the user decides."""

from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from .decisions import Decision, Decisions
from .draft import DraftPicture
from .events import DraftChanged
from .journal import Journal
from .picture_checks import PictureChecks
from .shown_unsent import ShownUnsent


class PrivateAddresses:
    """Offers to fetch them all the same; each is offered once."""

    def __init__(
        self, unsent: ShownUnsent, journal: Journal, checks: PictureChecks, decisions: Decisions
    ) -> None:
        self._unsent = unsent
        self._journal = journal
        self._checks = checks
        self._decisions = decisions
        self._offered: set[str] = set()
        """Ids of pictures."""

    def look(self) -> None:
        """Puts before the user what was refused in the prompt, or takes that away again.

        While it is open it is the newest: a question is refused because of it.
        """
        refused = self._refused
        if not refused:
            self._decisions.settle("address")
            return
        new = [it for it in refused if it.id not in self._offered]
        if new:
            self._offered.update(it.id for it in new)
            self._decisions.need(Decision("address", new[-1].error, ("fetch anyway",)))
            return
        for decision in self._decisions.open[:-1]:
            if decision.matter == "address":
                self._decisions.need(decision)

    def allow(self) -> Coroutine[Any, Any, None]:
        """Lets the pictures of the prompt be fetched that were refused; what is returned does."""
        allowed = [replace(it, error="", access="allowed") for it in self._refused]
        pictures = self._unsent.draft.pictures
        for picture in allowed:
            pictures[[it.id for it in pictures].index(picture.id)] = picture
        self._journal.tell(DraftChanged(self._unsent.draft))
        return self._checks.check(allowed)

    @property
    def _refused(self) -> list[DraftPicture]:
        return [it for it in self._unsent.draft.pictures if it.error and it.access == "refused"]

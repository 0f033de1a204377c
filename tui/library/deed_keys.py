"""Keys of a list that act on the conversation at its cursor, or on those that are marked."""

from typing import Final

from textual import getters, work
from textual.containers import Vertical

from ..session.library_view import LibraryView
from ..session.session import ChatSession
from .deeds import Deeds
from .rows import LibraryRows

DEEDS: Final = frozenset(
    {"rename", "delete", "restore", "pin", "tag", "archive", "export", "mark", "empty_bin"}
)
"""Actions of these keys."""


class DeedKeys(Vertical):
    """Holds a list of conversations, marks some of them, and does with them what keys ask for."""

    rows = getters.query_one(LibraryRows)

    def __init__(self, session: ChatSession, view: LibraryView, classes: str) -> None:
        """Acts on a list that is yet to be composed.

        Args:
            session: has done what keys ask for.
            view: what is listed.
            classes: as of a widget.
        """
        super().__init__(classes=classes)
        self._view = view
        self._deeds = Deeds(self, session)

    @property
    def has_marks(self) -> bool:
        """Whether conversations are marked."""
        return self.is_mounted and bool(self.rows.marked)

    def clear_marks(self) -> None:
        """Marks no conversation any more."""
        self.rows.marked.clear()
        self.show_marks()

    def show_marks(self) -> None:
        """Shows which conversations are marked."""
        raise NotImplementedError

    def can_do(self, action: str) -> bool:
        """Returns whether there is anything in the list that one of `DEEDS` can be done with."""
        is_bin = self._view.query.filter.shelf == "bin"
        if action == "empty_bin":
            return is_bin and len(self._view) > 0
        rows = self.rows.chosen
        are_deleted = bool(rows) and all(it.is_deleted for it in rows)
        if action == "restore":
            return are_deleted
        return bool(rows) and (not are_deleted or (is_bin and action in ("delete", "mark")))

    def action_mark(self) -> None:
        """Marks the conversation at the cursor, or not any more."""
        self.rows.turn_mark()
        self.show_marks()

    @work
    async def action_rename(self) -> None:
        """Asks for another title of the conversation at the cursor."""
        if row := self.rows.row:
            await self._deeds.rename(row)

    @work
    async def action_delete(self) -> None:
        """Deletes conversations, which can be undone; in the bin for good."""
        await self._deeds.delete(self.rows.chosen)

    @work
    async def action_restore(self) -> None:
        """Undoes deletions."""
        await self._deeds.restore(self.rows.chosen)
        self.clear_marks()

    @work
    async def action_pin(self) -> None:
        """Pins conversations, or no longer."""
        await self._deeds.pin(self.rows.chosen)

    @work
    async def action_tag(self) -> None:
        """Asks for tags."""
        await self._deeds.tag(self.rows.chosen)

    @work
    async def action_archive(self) -> None:
        """Archives conversations, or takes them back."""
        await self._deeds.archive(self.rows.chosen)
        self.clear_marks()

    @work
    async def action_export(self) -> None:
        """Writes conversations into files."""
        await self._deeds.export(self.rows.chosen)

    @work
    async def action_empty_bin(self) -> None:
        """Removes all that is in the bin for good."""
        await self._deeds.empty_bin()

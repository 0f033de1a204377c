"""What the user does to the pictures of the next message: removes, moves, sizes, tries again."""

from collections.abc import Callable, Coroutine
from typing import Any

from ...core.picture_detail import PictureDetail
from . import picture_list
from .core_link import Post
from .draft import Draft, DraftPicture
from .events import DraftChanged
from .picture_checks import PictureChecks


class PictureEdits:
    """Changes the pictures of the draft on screen, and tells so."""

    def __init__(self, shown: Callable[[], Draft], post: Post, checks: PictureChecks) -> None:
        """Changes nothing yet.

        Args:
            shown: returns the draft on screen.
            post: tells what changed, once it is in the journal.
            checks: has pictures checked.
        """
        self._shown = shown
        self._post = post
        self._checks = checks

    @property
    def can_put_back(self) -> bool:
        """Whether a picture was removed from the draft that is still unsent."""
        return bool(self._shown().removed)

    def remove(self, picture: DraftPicture) -> None:
        """Takes a picture off the next message; `put_back` undoes that."""
        draft = self._shown()
        if picture_list.remove(draft.pictures, draft.removed, picture):
            self._post(DraftChanged(draft))

    def put_back(self) -> Coroutine[Any, Any, None]:
        """Puts the picture that was removed last back.

        What is returned has it checked, if it was removed before it was.
        """
        draft = self._shown()
        picture = picture_list.put_back(draft.pictures, draft.removed)
        if picture is not None:
            self._post(DraftChanged(draft))
        return self._checks.check([picture] if picture else [])

    def move(self, picture: DraftPicture, distance: int) -> None:
        """Moves a picture among the others."""
        draft = self._shown()
        if picture_list.move(draft.pictures, picture, distance):
            self._post(DraftChanged(draft))

    async def retry(self, picture: DraftPicture) -> None:
        """Has a refused picture checked again."""
        draft = self._shown()
        if picture_list.begin_again(draft.pictures, picture):
            self._post(DraftChanged(draft))
            await self._checks.check(draft.pictures)

    async def choose_detail(self, picture: DraftPicture, detail: PictureDetail) -> None:
        """Has a picture be seen more or less finely, and tells what it costs so."""
        draft = self._shown()
        chosen = picture_list.choose_detail(draft.pictures, picture, detail)
        if chosen is not None:
            self._post(DraftChanged(draft))
            await self._checks.measure_again([chosen])

"""Pictures that another program puts into this window's prompt, as `seeshell attach` does."""

from pathlib import Path

from ...core.errors import SeeshellError
from ...core.messages.picture_events import PicturesOffered
from ...core.messages.picture_requests import TakePictures
from .core_link import CoreLink, Post
from .draft import Draft, DraftPicture
from .events import NoticeTold
from .shown_unsent import ShownUnsent


class OfferedPictures:
    """Takes what is offered, unless another window has it by then."""

    def __init__(self, link: CoreLink, unsent: ShownUnsent, post: Post) -> None:
        self._link = link
        self._unsent = unsent
        self._post = post

    async def take(self, event: PicturesOffered) -> None:
        """Attaches the pictures to the next message, and tells so."""
        try:
            await self._link.request(TakePictures(offer=event.offer))
        except SeeshellError:
            # This window was too slow, and another one has them or they wait in a draft.
            return
        pictures = [
            DraftPicture(Path(it.name), copy=Path(it.path), excerpt=it.excerpt)
            for it in event.pictures
        ]
        names = ", ".join(picture.label for picture in pictures)
        stored = ", which stored them on the disk" if self._unsent.entry.is_private else ""
        self._post(NoticeTold(f"Attached by another program{stored}: {names}."))
        await self._unsent.attach(*pictures, draft=self._draft)

    @property
    def _draft(self) -> Draft:
        """The draft on screen, or that below it while an answer is corrected, which has none."""
        draft = self._unsent.draft
        is_answer = draft.edited is not None and draft.edited.is_answer
        return self._unsent.entry.draft if is_answer else draft

"""What clients ask about pictures that are not sent yet: to attach them, and to keep them."""

from pathlib import Path

from msgspec.structs import replace

from ..conversation import Attachment
from ..engine.engine import Engine
from ..errors import BadRequest, ImageError
from ..messages.picture_events import Attached, PictureMeasured
from ..messages.picture_requests import Attach, ClaimPictures, MeasurePicture
from ..picture_detail import budget_of
from ..settings import Paths
from ..store.archive import Archive
from .subscribers import Subscriber, Subscribers


class UnsentPictures:
    """Stores pictures before any turn has them; each belongs to the window that it is unsent in."""

    def __init__(
        self,
        archive: Archive,
        engine: Engine,
        paths: Paths,
        subscribers: Subscribers,
        pixel_budget: int,
    ) -> None:
        """Stores nothing yet; `pixel_budget` is that of the settings."""
        self._archive = archive
        self._pixel_budget = pixel_budget
        self._engine = engine
        self._paths = paths
        self._subscribers = subscribers

    async def attach(self, request: Attach, client: Subscriber) -> Attached:
        """Copies a picture's file into the store; returns it as the loaded model will see it.

        Raises:
            ImageError: the file is missing, can't be read or is no picture, or has no such page or
                rectangle.
        """
        source = Path(request.path)
        if not source.is_absolute():
            raise ImageError(f"{request.path} is not an absolute path; give the whole path.")
        # Nothing else keeps a private picture, while the files of others stay for a day.
        of = self._subscribers.holder_of if request.is_private else self._subscribers.window_of
        added = await self._archive.pictures.attach(
            source, request.name, of(client), request.excerpt, is_private=request.is_private
        )
        measured = await self._measure(added.picture, request)
        return Attached(
            attachment=measured,
            path=measured.path or str(self._paths.picture(measured.sha256)),
            pages=added.pages,
            seconds=self._engine.picture_seconds(measured.tokens),
            alike=await self._archive.pictures.find_alike(measured.key),
        )

    async def measure(self, request: MeasurePicture) -> PictureMeasured:
        """Returns what a picture of this size would cost, wherever it comes from.

        Raises:
            ImageError: the model takes no picture of this shape.
        """
        if request.attachment.width < 1 or request.attachment.height < 1:
            raise ImageError("A picture is at least one pixel wide and high.")
        measured = await self._measure(request.attachment, request)
        seconds = self._engine.picture_seconds(measured.tokens)
        return PictureMeasured(attachment=measured, seconds=seconds)

    async def claim(self, request: ClaimPictures, client: Subscriber) -> None:
        """Keeps pictures for the client's window, in place of all that it claimed before.

        Raises:
            BadRequest: the client has no window.
        """
        window = self._subscribers.window_of(client)
        if not window:
            raise BadRequest("Only a client that named its window in Hello can claim pictures.")
        await self._archive.pictures.claim(window, request.pictures)

    async def _measure(self, picture: Attachment, request: Attach | MeasurePicture) -> Attachment:
        budget = budget_of(request.detail, max(request.pixel_budget, 0), self._pixel_budget)
        return await self._engine.measure(replace(picture, pixel_budget=budget))

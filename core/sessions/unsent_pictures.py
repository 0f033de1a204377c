"""What clients ask about pictures that are not sent yet: to attach them, and to keep them."""

from pathlib import Path

from msgspec.structs import replace

from ..engine.engine import Engine
from ..errors import BadRequest, ImageError
from ..messages.events import Attached
from ..messages.requests import Attach, ClaimPictures
from ..settings import Paths
from ..store.archive import Archive
from .subscribers import Subscriber, Subscribers


class UnsentPictures:
    """Stores pictures before any turn has them; each belongs to the window that it is unsent in."""

    def __init__(
        self, archive: Archive, engine: Engine, paths: Paths, subscribers: Subscribers
    ) -> None:
        self._archive = archive
        self._engine = engine
        self._paths = paths
        self._subscribers = subscribers

    async def attach(self, request: Attach, client: Subscriber) -> Attached:
        """Copies a picture into the store; returns it as the model that is loaded will see it.

        Raises:
            ImageError: the file is missing, can't be read or is no picture.
        """
        source = Path(request.path)
        if not source.is_absolute():
            raise ImageError(f"{request.path} is not an absolute path; give the whole path.")
        budget = max(request.pixel_budget, 0)
        window = self._subscribers.window_of(client)
        picture = await self._archive.attach(source, request.name, window)
        return Attached(
            attachment=await self._engine.measure(replace(picture, pixel_budget=budget)),
            path=str(self._paths.picture(picture.sha256)),
        )

    async def claim(self, request: ClaimPictures, client: Subscriber) -> None:
        """Keeps pictures for the client's window, in place of all that it claimed before.

        Raises:
            BadRequest: the client has no window.
        """
        window = self._subscribers.window_of(client)
        if not window:
            raise BadRequest("Only a client that named its window in Hello can claim pictures.")
        await self._archive.claim_pictures(window, request.pictures)

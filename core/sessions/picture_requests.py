"""Carries out what clients ask about pictures that are not sent yet."""

from ..engine.engine import Engine
from ..messages.events import AnyEvent, Done
from ..messages.picture_events import PicturesTaken
from ..messages.picture_requests import (
    Attach,
    ClaimPictures,
    FetchPicture,
    MeasurePicture,
    OfferPictures,
    TakePictures,
    UseWindow,
)
from ..settings import Paths
from ..store.archive import Archive
from .fetched_pictures import FetchedPictures
from .offers import Offers
from .subscribers import Subscriber, Subscribers
from .unsent_pictures import UnsentPictures

PictureRequest = (
    Attach
    | MeasurePicture
    | FetchPicture
    | ClaimPictures
    | OfferPictures
    | TakePictures
    | UseWindow
)


class PictureRequests:
    """The pictures on their way into a prompt: from the disk, the web, or another client."""

    def __init__(
        self,
        archive: Archive,
        engine: Engine,
        paths: Paths,
        subscribers: Subscribers,
        pixel_budget: int,
    ) -> None:
        """Begins with none; `pixel_budget` is that of the settings."""
        self._subscribers = subscribers
        self._unsent = UnsentPictures(archive, engine, paths, subscribers, pixel_budget)
        self._fetched = FetchedPictures(self._unsent, subscribers)
        self._offers = Offers(subscribers)

    def give_up(self, client: Subscriber) -> None:
        """Ends what only this client waits for, as a picture that is being fetched."""
        self._fetched.give_up(client)

    async def carry_out(self, request: PictureRequest, client: Subscriber) -> AnyEvent:
        """Does what the client asks, and returns the reply.

        Raises:
            SeeshellError: nothing was changed.
        """
        match request:
            case Attach():
                return await self._unsent.attach(request, client)
            case MeasurePicture():
                return await self._unsent.measure(request)
            case FetchPicture():
                return await self._fetched.attach(request, client)
            case ClaimPictures():
                await self._unsent.claim(request, client)
            case UseWindow():
                self._subscribers.note_use(client)
            case OfferPictures():
                await self._offers.make(request, client)
                return PicturesTaken()
            case TakePictures(offer=offer):
                self._offers.take(offer, client)
        return Done()

"""What the core tells its clients about pictures."""

from ..conversation import Attachment
from .event import Event
from .offered_picture import OfferedPicture


class Attached(Event, frozen=True):
    """A picture is in the store and can be sent."""

    attachment: Attachment
    """Of a rectangle that reaches beyond the picture what lies in it, which its note says."""
    path: str
    """Where the copy of its file lies."""
    pages: int = 1
    """Pages or frames of that file."""
    seconds: float = 0.0
    """About how long the model takes for it, as measured on this machine; 0 while unknown."""
    alike: tuple[str, ...] = ()
    """Keys of stored pictures that look like it, the newest first; at most 200."""


class PictureMeasured(Event, frozen=True):
    """What a picture would cost."""

    attachment: Attachment
    """As the model that is loaded would see it."""
    seconds: float = 0.0
    """As in `Attached`."""


class PictureFetching(Event, frozen=True):
    """A picture is being fetched for this client, or is no longer."""

    address: str
    """As in its `FetchPicture`."""
    done_bytes: int = 0
    total_bytes: int = 0
    """0 where the server does not say."""
    is_over: bool = False
    """Whether the reply follows, whatever it is."""


class PicturesOffered(Event, frozen=True):
    """Pictures for the prompt of this window, which was used last: `TakePictures` takes them."""

    offer: int
    pictures: tuple[OfferedPicture, ...]


class PicturesTaken(Event, frozen=True):
    """A window has taken the pictures that were offered."""


PictureEvent = Attached | PictureMeasured | PictureFetching | PicturesOffered | PicturesTaken

"""What a client asks of the core about pictures; each docstring names the reply."""

from ..conversation import Attachment
from ..excerpt import WHOLE, Excerpt
from ..picture_detail import PictureDetail
from .offered_picture import OfferedPicture
from .request import Request


class Attach(Request, frozen=True):
    """Copies a picture's file into the store and checks the picture. Reply: `Attached`.

    The file is stored once, whatever of it is attached.
    """

    path: str
    """Absolute path on the disk that both ends share."""
    name: str = ""
    """Name to show instead of the path's last part."""
    excerpt: Excerpt = WHOLE
    """What of the file is attached."""
    pixel_budget: int = 0
    """Most image tokens that it is measured with; what it is sent with, the turn's options say."""
    detail: PictureDetail = "normal"
    """How finely the user wants it seen; it is measured so."""
    is_private: bool = False
    """Whether it is for a private conversation: it is copied onto no disk."""


class MeasurePicture(Request, frozen=True):
    """Asks what a picture or a part of one would cost. Reply: `PictureMeasured`.

    Nothing is read or stored: its size alone counts.
    """

    attachment: Attachment
    pixel_budget: int = 0
    """As in `Attach`; so below."""
    detail: PictureDetail = "normal"


class FetchPicture(Request, frozen=True):
    """Fetches a picture from the web and attaches it. Reply: `Attached`.

    While it comes, `PictureFetching` tells this client how far it is; the last one stands before
    the reply, or before the refusal.
    """

    address: str
    """`http` or `https`; proxies and certificates are those of the client."""
    allows_private: bool = False
    """Whether it may be on this machine or in a private network; else that is refused."""
    excerpt: Excerpt = WHOLE
    """As in `Attach`."""
    pixel_budget: int = 0
    """As in `Attach`."""
    detail: PictureDetail = "normal"
    """As in `Attach`."""
    is_private: bool = False
    """As in `Attach`."""


class UseWindow(Request, frozen=True):
    """Says that the user does something in the client's window. Reply: `Done`.

    Sent every few seconds at most: the window used last is the one that gets what is offered.
    """


class OfferPictures(Request, frozen=True):
    """Puts pictures into the prompt of the window used last. Reply: `PicturesTaken`.

    Refused with `NoWindow` where no window is there, or none takes them in time.
    """

    pictures: tuple[OfferedPicture, ...]


class TakePictures(Request, frozen=True):
    """Takes what `PicturesOffered` has offered to this window. Reply: `Done`.

    Refused once it was offered to somebody else: the window must not attach it then.
    """

    offer: int


class ClaimPictures(Request, frozen=True):
    """Says which pictures are unsent in the client's window. Reply: `Done`.

    They stay in the store, whatever is deleted, until the window claims others or has not been
    heard of for long. Attaching claims a picture too.
    """

    pictures: tuple[str, ...] = ()
    """Key of each, in place of all that the window claimed before."""


PictureRequest = (
    Attach
    | MeasurePicture
    | FetchPicture
    | UseWindow
    | OfferPictures
    | TakePictures
    | ClaimPictures
)

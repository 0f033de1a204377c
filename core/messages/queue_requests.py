"""What a client asks of the core about turns that wait; each docstring names the reply."""

from ..picture_detail import PictureDetail
from .request import Request


class EditQueued(Request, frozen=True):
    """Replaces text and pictures of a queued question. Reply: `Done`."""

    conversation: int
    turn: str
    text: str
    attachments: tuple[str, ...] = ()
    details: tuple[PictureDetail, ...] = ()
    """As in `SubmitTurn`."""


class MoveQueued(Request, frozen=True):
    """Puts a queued turn before another one of its conversation. Reply: `Done`."""

    conversation: int
    turn: str
    before: str | None = None
    """Id of the other turn; None for the end."""


class RemoveQueued(Request, frozen=True):
    """Takes a turn out of the queue, and its question out of the store. Reply: `Done`."""

    conversation: int
    turn: str


class ResumeQueue(Request, frozen=True):
    """Lets the queued turns of a conversation be computed that were paused. Reply: `Done`.

    They are after a stopped or failed turn, and when a core starts.
    """

    conversation: int


QueueRequest = EditQueued | MoveQueued | RemoveQueued | ResumeQueue

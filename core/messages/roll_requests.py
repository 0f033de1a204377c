"""What a client asks of the core about rolls; each docstring names the reply.

A roll is one question over many pictures, each of which is a row. Rows are answered one after the
other when no turn waits. The core copies each picture when its row is near, so that a roll begins
at once however many there are.
"""

from ..roll import RollPicture, RollQuestion
from .request import Request


class StartRoll(Request, frozen=True):
    """Stores a roll and begins to answer its rows. Reply: `RollOpened`; the client follows it.

    Sent again under the same `uuid`, as after a lost reply, it is stored once.
    """

    question: RollQuestion
    pictures: tuple[RollPicture, ...]
    """In the order of the rows."""
    uuid: str = ""
    """Made by the client; where it is empty the core makes one."""


class ListRolls(Request, frozen=True):
    """Asks for all rolls, newest first. Reply: `RollsListed`."""


class OpenRoll(Request, frozen=True):
    """Reads a roll and follows it. Reply: `RollOpened`."""

    roll: int


class ResumeRoll(Request, frozen=True):
    """Lets the waiting rows of a roll be answered, as after a stop or a crash. Reply: `Done`."""

    roll: int


class RetryRows(Request, frozen=True):
    """Lets rows be answered again, and resumes the roll. Reply: `Done`.

    What they said is forgotten. A row that is being answered is left alone.
    """

    roll: int
    rows: tuple[int, ...] = ()
    """Positions; empty for all that failed."""


class StopRoll(Request, frozen=True):
    """Stops a roll; a row that is being answered waits again. Reply: `Done`, after that."""

    roll: int


class DeleteRoll(Request, frozen=True):
    """Removes a roll with its rows for good; it is stopped first. Reply: `Done`.

    Conversations that were made of its rows stay.
    """

    roll: int


class ForkRow(Request, frozen=True):
    """Makes a conversation of a row's picture, question and answer. Reply: `ConversationOpened`.

    Its KV is reused while the row's is resident.
    """

    roll: int
    row: int
    """Position."""


RollRequest = (
    StartRoll | ListRolls | OpenRoll | ResumeRoll | RetryRows | StopRoll | DeleteRoll | ForkRow
)

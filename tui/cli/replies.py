"""Replies of the core to what a command asks, each of the kind that is expected."""

from typing import TypeVar

from ...core.errors import CoreError
from ...core.ipc.client import CoreClient
from ...core.messages.event import Event
from ...core.messages.request import Request

EventT = TypeVar("EventT", bound=Event)


async def reply_to(client: CoreClient, request: Request, kind: type[EventT]) -> EventT:
    """Returns the reply to a request.

    Raises:
        CoreError: the core refused, has died, or its reply is of another kind.
    """
    reply = await client.request(request)
    if not isinstance(reply, kind):
        raise unexpected()
    return reply


def unexpected() -> CoreError:
    """Returns what is to be raised where a reply is of another kind."""
    return CoreError("The core gave an unexpected reply; stop it with `seeshell stop`.")

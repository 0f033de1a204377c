"""The model that a server is asked for: the one that is named, else one that it lists."""

import dataclasses
from dataclasses import dataclass

from msgspec.structs import replace

from ...models.endpoints import Endpoint
from .chat_request import NO_SUMMARY, ServerHabits
from .http_clients import Access
from .model_list import ServedModel, choose_model, find_model, name_some
from .refusals.asked import Asked


@dataclass(frozen=True)
class RemoteModel:
    """What requests for a model need to know of it and of its server."""

    endpoint: Endpoint
    id: str
    """As its server names it."""
    offered: str
    """Names that the server lists instead; empty if it lists this one, or none."""
    habits: ServerHabits

    def asked(self, access: Access) -> Asked:
        """Returns who is asked for what, as far as sentences about it need that."""
        return dataclasses.replace(access.asked, model=self.id, offered=self.offered)


def choose_remote(endpoint: Endpoint, listed: list[ServedModel]) -> tuple[RemoteModel, str]:
    """Returns the model to use, and the notice that comes with it.

    Raises:
        ModelNotFound: none is named and none can be chosen.
    """
    notice = f"Text and pictures are sent to {endpoint.host}."
    wanted, offered = endpoint.model, ""
    if not wanted:
        found = choose_model(listed, endpoint.url)
    else:
        # A server that has one model often takes any name for it.
        alone = listed[0] if len(listed) == 1 else ServedModel("")
        found = find_model(listed, wanted) or replace(alone, id=wanted)
        if listed and found not in listed:
            offered = name_some(listed)
            notice += f" It lists no model {wanted} but {offered}, and is asked all the same."
    habits = ServerHabits(
        endpoint.context or found.context, found.longest_answer, can_continue=found.can_continue
    )
    if endpoint.url.startswith("https:"):
        # Services refuse what they do not know, which would cost a request.
        habits.refused.add(NO_SUMMARY)
    return RemoteModel(endpoint, found.id, offered, habits), notice

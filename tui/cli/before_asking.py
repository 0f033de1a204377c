"""What is looked up or noted of a conversation before a command asks in it."""

from collections.abc import Mapping

from msgspec.structs import replace

from ...core.errors import BadRequest, NotStored
from ...core.generation_options import NO_CHOICES, ConversationChoices
from ...core.ipc.client import CoreClient
from ...core.messages.events import ConversationOpened, ConversationsListed, CoreStatus
from ...core.messages.library_requests import ContinueAnswer
from ...core.messages.requests import (
    ChooseForConversation,
    GetStatus,
    ListConversations,
    OpenConversation,
    RegenerateAnswer,
    SubmitTurn,
)
from .replies import reply_to

Asked = SubmitTurn | RegenerateAnswer | ContinueAnswer
"""A request that has something answered."""


async def find_newest(client: CoreClient) -> int:
    """Returns the conversation that changed last."""
    listed = await reply_to(client, ListConversations(limit=1), ConversationsListed)
    if not listed.conversations:
        raise NotStored("There is no conversation to continue yet; leave out --continue.")
    return listed.conversations[0].id


async def require_failure(client: CoreClient, conversation: int) -> None:
    """Makes sure that the last question of a conversation can be asked again.

    Raises:
        BadRequest: its answer did not fail.
    """
    opened = await reply_to(client, OpenConversation(conversation=conversation), ConversationOpened)
    messages = opened.conversation.messages
    if not messages or not messages[-1].is_unsuccessful:
        raise BadRequest(
            f"The last answer of conversation {conversation} did not fail: leave out --retry "
            "and ask a question."
        )


async def find_cut_off(client: CoreClient, conversation: int) -> int:
    """Returns the last answer of a conversation, which can go on.

    Raises:
        BadRequest: it can't.
    """
    opened = await reply_to(client, OpenConversation(conversation=conversation), ConversationOpened)
    messages = opened.conversation.messages
    if not messages or not messages[-1].can_be_continued:
        raise BadRequest(
            f"The last answer of conversation {conversation} was not cut off: leave out "
            "--finish and ask a question."
        )
    return messages[-1].id


async def find_model(client: CoreClient, conversation: int | None) -> str:
    """Returns what loads the model that answers in a conversation.

    Args:
        client: to ask.
        conversation: its id; None for a new one.
    """
    choices = await _read_choices(client, conversation)
    return choices.model or (await reply_to(client, GetStatus(), CoreStatus)).source


async def keep_choices(client: CoreClient, request: Asked, chosen: Mapping[str, str]) -> Asked:
    """Returns the request so that the conversation keeps what the command line chooses.

    Args:
        client: to ask.
        request: what is asked.
        chosen: fields of `ConversationChoices`; those that are missing stay as they are.
    """
    if not chosen:
        return request
    choices = replace(await _read_choices(client, request.conversation), **chosen)
    if isinstance(request, SubmitTurn):
        return replace(request, choices=choices)
    await client.request(ChooseForConversation(conversation=request.conversation, choices=choices))
    return request


async def _read_choices(client: CoreClient, conversation: int | None) -> ConversationChoices:
    """Returns what a conversation keeps; nothing for a new one."""
    if conversation is None:
        return NO_CHOICES
    opened = await reply_to(client, OpenConversation(conversation=conversation), ConversationOpened)
    return opened.conversation.summary.choices

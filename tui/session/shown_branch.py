"""The last messages of one branch of a conversation that was read with all its branches. Pure."""

from ...core.conversation import Message
from ...core.messages.library_events import TreeRead


def last_messages(read: TreeRead, message: int | None, most: int) -> tuple[Message, ...]:
    """Returns messages, oldest first: to the end of the branch that is shown, or down to one.

    Args:
        read: the whole conversation.
        message: the id of the one to end with, and its answer; None for the end of the branch.
        most: how many.
    """
    kept = read.conversation
    ids = {it.uuid: number for it, number in zip(kept.messages, read.ids, strict=True)}
    by_uuid = {it.uuid: it for it in kept.messages}
    end = next((it.uuid for it in kept.messages if ids[it.uuid] == message), kept.head)
    answers = [it.uuid for it in kept.messages if it.parent == end and it.role == "assistant"]
    end = answers[-1] if message is not None and answers else end
    found: list[Message] = []
    while end is not None and len(found) < most:
        it = by_uuid[end]
        parent = None if it.parent is None else ids[it.parent]
        found.append(it.numbered(ids[end], parent))
        end = it.parent
    return tuple(reversed(found))

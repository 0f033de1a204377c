"""A kept conversation as the branches that people read: the shown one, then each other one.

Branches are told one behind the other and not within each other: a conversation whose questions
were edited a hundred times is a hundred short pieces, each of which says where it begins.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ...core.conversation import Message
from ...core.kept import KeptConversation


class Branch(NamedTuple):
    """A row of messages, each the reply to the one before it."""

    messages: tuple[Message, ...]
    """What no branch before this one has told."""
    before: tuple[Message, ...] = ()
    """What they go on from, oldest first."""


def find_branches(kept: KeptConversation, *, all_branches: bool) -> tuple[Branch, ...]:
    """Returns the branches to tell; the shown one first, alone unless all are wanted.

    The ids of messages are their places in the conversation, from 1.
    """
    tree = _Tree(kept)
    shown = tuple(tree.up_from(tree.head))
    if not all_branches:
        return (Branch(shown),) if shown else ()
    return tuple(tree.branches(shown))


class _Tree:
    """The messages of a conversation, by what they reply to."""

    def __init__(self, kept: KeptConversation) -> None:
        numbers = {it.uuid: number for number, it in enumerate(kept.messages, start=1)}
        parents = [numbers.get(it.parent or "") for it in kept.messages]
        replies: dict[int | None, list[int]] = {}
        for number, parent in enumerate(parents, start=1):
            replies.setdefault(parent, []).append(number)
        self._replies = {parent: tuple(numbers) for parent, numbers in replies.items()}
        self._all = [
            it.numbered(number, parent, self._replies[parent])
            for number, (it, parent) in enumerate(zip(kept.messages, parents, strict=True), start=1)
        ]
        self.head = numbers.get(kept.head or "", len(self._all))
        """Number of the last message that is shown; the newest one where nothing says so."""

    def up_from(self, number: int | None) -> Sequence[Message]:
        """Returns the messages down to one, oldest first."""
        found: list[Message] = []
        while number:
            found.append(self._all[number - 1])
            number = found[-1].parent_id
        return found[::-1]

    def branches(self, shown: tuple[Message, ...]) -> Iterator[Branch]:
        """Yields every message once; what begins deeper down comes first."""
        waiting = [Branch(shown)] if shown else []
        told: set[int] = set()
        while waiting:
            branch = waiting.pop()
            yield branch
            told.update(it.id for it in branch.messages)
            for message in branch.messages:
                waiting += self._begun_by(message.siblings, told)
            # What is shown may end before its last reply.
            waiting += self._begun_by(self._replies.get(branch.messages[-1].id, ()), told)

    def _begun_by(self, numbers: Sequence[int], told: set[int]) -> list[Branch]:
        """Returns the branches that begin with messages not told yet, the last one first."""
        fresh = [it for it in reversed(numbers) if it not in told]
        told.update(fresh)
        return [self._down_from(it) for it in fresh]

    def _down_from(self, number: int) -> Branch:
        """Returns the branch that begins with a message and goes on with the newest replies."""
        messages = [self._all[number - 1]]
        while replies := self._replies.get(messages[-1].id):
            messages.append(self._all[replies[-1] - 1])
        return Branch(tuple(messages), tuple(self.up_from(messages[0].parent_id)))

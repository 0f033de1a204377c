"""The messages of a conversation as rows: a tree in which only what branches is set in. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ...core.conversation import Message
from ...core.kept import KeptConversation, KeptMessage


class TreeRow(NamedTuple):
    """A message, with its place in the tree."""

    message: KeptMessage
    id: int
    """Names it to the core."""
    lead: str
    """The lines of branches before it."""
    siblings: tuple[int, ...]
    """Ids of all with the same parent, this one included, oldest first."""
    is_shown: bool
    """Whether it is in the branch that is on screen."""

    @property
    def version(self) -> int:
        """Its place among its siblings, from 1."""
        return self.siblings.index(self.id) + 1


class Tree:
    """All rows, from the first question down; each branch is followed to its end."""

    def __init__(self, kept: KeptConversation, ids: Sequence[int]) -> None:
        """Lays a conversation out.

        Args:
            kept: with its messages, parents before their children.
            ids: of the messages, in their order.
        """
        self._by_uuid = {it.uuid: it for it in kept.messages}
        self._id_of = {it.uuid: number for it, number in zip(kept.messages, ids, strict=True)}
        self._children: dict[str | None, list[str]] = defaultdict(list)
        for message in kept.messages:
            self._children[message.parent].append(message.uuid)
        self._shown = frozenset(self._line_up_to(kept.head))
        self.rows = list(self._walk())
        self._places = {row.id: place for place, row in enumerate(self.rows)}
        self.head = self._id_of.get(kept.head or "")
        """Id of the last message on screen; None where there are none."""

    def place_of(self, message: int | None) -> int | None:
        """Returns the row of a message; None if it is not in the tree."""
        return self._places.get(message) if message is not None else None

    def row_of(self, message: int) -> TreeRow:
        """Returns a message of the tree."""
        return self.rows[self._places[message]]

    def parent_of(self, message: int) -> int | None:
        """Returns the message before one; None for a first one."""
        parent = self.row_of(message).message.parent
        return self._id_of[parent] if parent is not None else None

    def message(self, number: int) -> Message:
        """Returns a message as the log shows it."""
        row = self.row_of(number)
        return row.message.numbered(number, self.parent_of(number), row.siblings)

    def children_of(self, message: int) -> tuple[int, ...]:
        """Returns the messages that follow one, oldest first."""
        uuid = self.row_of(message).message.uuid
        return tuple(self._id_of[it] for it in self._children.get(uuid, ()))

    def child_shown(self, message: int) -> int | None:
        """Returns what follows a message on screen, else the newest that does; None for nothing."""
        children = self.children_of(message)
        shown = [it for it in children if self.row_of(it).is_shown]
        return next(reversed([*children, *shown]), None)

    def count_below(self, message: int) -> int:
        """Returns how many messages there are in a branch, its first one included."""
        waiting, count = [message], 0
        while waiting:
            count += 1
            waiting += self.children_of(waiting.pop())
        return count

    def _line_up_to(self, uuid: str | None) -> Iterator[str]:
        while uuid is not None and uuid in self._by_uuid:
            yield uuid
            uuid = self._by_uuid[uuid].parent

    def _walk(self) -> Iterator[TreeRow]:
        waiting = self._led(None, "")
        while waiting:
            uuid, lead, below = waiting.pop()
            message = self._by_uuid[uuid]
            siblings = tuple(self._id_of[it] for it in self._children[message.parent])
            yield TreeRow(message, self._id_of[uuid], lead, siblings, uuid in self._shown)
            waiting += self._led(uuid, below)

    def _led(self, parent: str | None, below: str) -> list[tuple[str, str, str]]:
        """Returns the children, the last first, each with its lead and that of what follows it."""
        children = self._children.get(parent, [])
        if len(children) == 1:
            return [(children[0], below, below)]
        led = [(it, f"{below}├ ", f"{below}│ ") for it in children]
        if led:
            led[-1] = (children[-1], f"{below}└ ", f"{below}  ")
        return led[::-1]

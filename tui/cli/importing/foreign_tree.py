"""Messages of other programs as seeshell's: a tree of questions and answers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from ....core.conversation import Attachment, FinishReason, Part, Role, TextPart, ThoughtsPart
from ....core.kept import KeptMessage
from .collected import Collected

_BETWEEN: Final = "\n\n"


class Foreign(NamedTuple):
    """A message as another program has it."""

    id: str
    parent: str | None
    """Id of the message before it; None for a first one."""
    role: Role | None
    """None where it only holds the tree together: its children come below its parent."""
    parts: tuple[Part, ...] = ()
    created_at: float = 0.0
    model: str = ""
    finish_reason: FinishReason = "stop"
    """Of an answer."""
    error: str = ""


class ForeignTree(NamedTuple):
    """A conversation's messages, and where each of another program's stands in them."""

    messages: tuple[KeptMessage, ...]
    places: Mapping[str, str]
    """Uuids by the other program's ids; without those before all messages."""


def make_tree(
    found: Iterable[Foreign], out: Collected, conversation: str, title: str
) -> ForeignTree:
    """Returns the messages, parents first and siblings in their order.

    What one answer was split into, as around calls of tools, becomes one message again.

    Args:
        found: the messages, in the order in which they were made.
        out: makes uuids, and hears of messages that hang on none of the others.
        conversation: its id in the other program.
        title: of it.
    """
    nodes = {node.id: node for node in found}
    children: dict[str | None, list[str]] = {}
    for node in nodes.values():
        parent = node.parent if node.parent in nodes else None
        children.setdefault(parent, []).append(node.id)
    merged = _Merged(nodes, children)
    ordered = merged.walk()
    for _ in range(len(nodes) - len(merged.places) - merged.before_all):
        out.count("a message that follows itself", title)
    uuids = {it: out.uuid(conversation, it) for it in ordered}
    messages = tuple(_keep(merged.shown[it], uuids) for it in ordered)
    return ForeignTree(messages, {it: uuids[own] for it, own in merged.places.items()})


def with_pictures(text: str, pictures: Sequence[Part]) -> tuple[Part, ...]:
    """Returns the parts of a message whose pictures have no place in its text."""
    texts = (TextPart(text),) if text or not pictures else ()
    return (*pictures, *texts)


def in_place(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Returns parts with texts that meet joined, and pictures first where they stood at one end."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, TextPart) and isinstance(last, TextPart):
            joined[-1] = TextPart(f"{last.text}\n{part.text}".strip("\n"))
        elif part != TextPart(""):
            joined.append(part)
    texts = [it for it in joined if isinstance(it, TextPart)]
    if len(texts) <= 1 and not any(isinstance(it, ThoughtsPart) for it in joined):
        pictures = [it for it in joined if isinstance(it, Attachment)]
        return with_pictures(texts[0].text if texts else "", pictures)
    if isinstance(joined[0], Attachment) and len(texts) > 1:
        # Says that the picture stands in the text, and not before it.
        return (TextPart(""), *joined)
    return tuple(joined)


class _Merged:
    """Nodes without those that only hold the tree together, and with split answers made one."""

    def __init__(
        self, nodes: Mapping[str, Foreign], children: Mapping[str | None, Sequence[str]]
    ) -> None:
        self._nodes = nodes
        self._children = children
        self.shown: dict[str, Foreign] = {}
        self.places: dict[str, str] = {}
        self.before_all = 0
        """Nodes that hold the tree together before all messages."""

    def walk(self) -> list[str]:
        """Returns the ids of the messages, parents first, as far as they can be reached."""
        waiting: list[tuple[str, str | None]] = [
            (it, None) for it in reversed(self._children.get(None, ()))
        ]
        while waiting:
            identifier, parent = waiting.pop()
            place = self._put(self._nodes[identifier], parent)
            if place is None:
                self.before_all += 1
            else:
                self.places[identifier] = place
            waiting += [(it, place) for it in reversed(self._children.get(identifier, ()))]
        return list(self.shown)

    def _put(self, node: Foreign, parent: str | None) -> str | None:
        """Shows a node; returns the message that it stands in."""
        if node.role is None:
            return parent
        above = self.shown[parent] if parent is not None else None
        if above and parent and above.role == node.role == "assistant" and self._is_only(node):
            self.shown[parent] = _join(above, node)
            return parent
        self.shown[node.id] = node._replace(parent=parent)
        return node.id

    def _is_only(self, node: Foreign) -> bool:
        """Whether no other branch begins where this node does, nor above it in its answer."""
        identifier = node.parent
        while identifier is not None and identifier in self._nodes:
            if len(self._children[identifier]) > 1:
                return False
            if self._nodes[identifier].role is not None:
                return True
            identifier = self._nodes[identifier].parent
        return True


def _join(one: Foreign, other: Foreign) -> Foreign:
    """Returns what two pieces of one answer say together: thoughts, then the rest in order."""
    thoughts = [it.text for it in (*one.parts, *other.parts) if isinstance(it, ThoughtsPart)]
    rest = [it for it in one.parts if not isinstance(it, ThoughtsPart)]
    for part in other.parts:
        if isinstance(part, TextPart) and rest and isinstance(rest[-1], TextPart):
            joined = f"{rest[-1].text}{_BETWEEN if rest[-1].text else ''}{part.text}"
            rest[-1] = TextPart(joined)
        elif not isinstance(part, ThoughtsPart):
            rest.append(part)
    before = (ThoughtsPart(_BETWEEN.join(thoughts)),) if thoughts else ()
    return one._replace(
        parts=(*before, *rest),
        model=other.model or one.model,
        finish_reason=other.finish_reason,
        error=other.error or one.error,
    )


def _keep(node: Foreign, uuids: Mapping[str, str]) -> KeptMessage:
    is_answer = node.role == "assistant"
    return KeptMessage(
        uuid=uuids[node.id],
        parent=None if node.parent is None else uuids[node.parent],
        role=node.role or "user",
        parts=node.parts,
        created_at=node.created_at,
        model=node.model,
        finish_reason=node.finish_reason if is_answer else None,
        error=node.error,
    )

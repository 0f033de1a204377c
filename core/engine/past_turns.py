"""Why something is computed again that an earlier turn had computed: what the receipt says.

Every turn leaves behind what it computed, as tokens, picture hashes and texts; the KV itself may
be gone by the next turn, or stand for what the prompt does not say any more.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from operator import eq, itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from .engine import PromptMessage
from .kv.prefix import TokenRun, common_length, reusable_length

if TYPE_CHECKING:
    from .picture import Picture

EVICTED: Final = "the conversation's KV was evicted"
LOADED_ANEW: Final = "the model was loaded anew"
MEMORY_RAN_OUT: Final = "the memory ran out"
TURN_FAILED: Final = "the turn before failed"
REPLACED: Final = "another version took the place of its KV"
OTHER_MODEL: Final = "the model changed"
OTHER_ADAPTER: Final = "the adapter changed"
OTHER_SYSTEM: Final = "the system prompt changed"
NOT_KEPT: Final = "the conversation's KV was not kept"

_MOST_TURNS: Final = 256
"""How many are remembered: at 4,000 tokens each, 4 MB."""

_MOST_OF_CONVERSATION: Final = 8
"""How many of one conversation: each is compared with the prompt before the first token."""

_REPLACED_SHARE: Final = 8
"""A branch that differs in less than this part is cut back, not copied: see `kv.sharing`."""


class MessageKey(NamedTuple):
    """A message as the prefix cache tells it from others."""

    role: str
    text: str
    pictures: tuple[str, ...]
    """sha256 of the pixels as the model sees them."""


@dataclass(frozen=True)
class PastTurn:
    """What a turn computed."""

    conversation: int
    messages: tuple[MessageKey, ...]
    """The answer included."""
    run: TokenRun
    lost: str = EVICTED
    """Why its KV is gone, if it is."""
    has_thoughts: bool = False
    """Whether thoughts stand before the answer's text in the run; later prompts leave them out."""
    told: tuple[int, ...] = ()
    """The answer's tokens as they were chosen, without the end token: text does not always tell."""
    stops: tuple[int, ...] | None = None
    """Lengths from which a later prompt can go on; None for any."""

    model: str = ""
    """Revision of the model's files."""

    def usable_length(self, length: int) -> int:
        """Returns from which length of at most `length` tokens a later prompt can go on."""
        if self.stops is None:
            return length
        return max((stop for stop in self.stops if stop <= length), default=0)


def recompute_reason(
    past: Sequence[PastTurn],
    conversation: int,
    messages: Sequence[MessageKey],
    wanted: TokenRun,
    reused: int,
) -> str:
    """Returns why a turn computes again what an earlier one had computed; empty if it does not.

    Args:
        past: the turns before, oldest first.
        conversation: of the turn; 0 for none.
        messages: what stands in its prompt.
        wanted: its prompt.
        reused: how many first tokens of the prompt are resident.
    """
    shared = [(turn, common_length(turn.run, wanted)) for turn in past]
    best, length = max(shared, key=lambda it: it[0].usable_length(it[1]), default=(None, 0))
    if best is not None and reused < best.usable_length(min(length, len(wanted) - 1)):
        return best.lost
    own = [it for it in reversed(shared) if it[0].conversation == conversation != 0]
    if not own:
        return ""
    newest, _ = own[0]
    if newest.run.variant != wanted.variant:
        known = reusable_length(replace(newest.run, variant=wanted.variant), wanted)
        return OTHER_ADAPTER if reused < known else ""
    nearest, length = max(own, key=itemgetter(1))
    if length >= min(len(nearest.run), len(wanted)):
        return ""
    return _difference(nearest, messages)


def message_keys(
    messages: Sequence[PromptMessage], pictures: "Sequence[Picture]"
) -> tuple[MessageKey, ...]:
    """Returns the messages with what tells all their pictures, which come in order, from others."""
    rest = iter(pictures)
    return tuple(
        MessageKey(message.role, message.text, tuple(next(rest).sha256 for _ in message.images))
        for message in messages
    )


class PastTurns:
    """The turns of all conversations, as far back as it matters.

    Tokens and KV mean something to the model alone that computed them: what others left behind is
    never told as that of the one that is loaded.
    """

    def __init__(self) -> None:
        self._turns: list[PastTurn] = []
        self.model = ""
        """Revision of the files of the model that is loaded."""

    def reason(
        self, conversation: int, messages: Sequence[MessageKey], wanted: TokenRun, reused: int
    ) -> str:
        """Returns why a turn computes again what an earlier one had computed."""
        own = next(
            (it for it in reversed(self._turns) if it.conversation == conversation != 0), None
        )
        if own is not None and own.model != self.model:
            pairs = zip(own.messages, messages, strict=False)
            is_known = any((old.role, old.text) == (new.role, new.text) for old, new in pairs)
            return OTHER_MODEL if is_known and reused < len(wanted) - 1 else ""
        past = [turn for turn in self._turns if turn.model == self.model]
        return recompute_reason(past, conversation, messages, _packed(wanted), reused)

    def knows(self, conversation: int) -> bool:
        """Whether a turn of the conversation is remembered."""
        return any(turn.conversation == conversation != 0 for turn in self._turns)

    def runs(self, conversation: int) -> list[TokenRun]:
        """Returns what the turns of a conversation computed, the newest last; none for 0."""
        return [turn.run for turn in self._own(conversation)]

    def answers(self, conversation: int, asked: TokenRun) -> Iterator[tuple[int, ...]]:
        """Yields the tokens of the answers that a conversation had to a prompt, newest first."""
        for turn in reversed(self._own(conversation)):
            if turn.told and common_length(turn.run, asked) == len(asked):
                yield turn.told

    def record(self, turn: PastTurn) -> None:
        """Remembers what a turn computed, in place of turns that it went on from."""
        conversation, run = turn.conversation, _packed(turn.run)
        kept = []
        for other in self._turns:
            is_own = (other.conversation, other.model) == (conversation, self.model)
            still = _beside(other, run) if is_own else other
            if still is not None:
                kept.append(still)
        own = [other for other in kept if other.conversation == conversation]
        oldest = own[: max(0, len(own) + 1 - _MOST_OF_CONVERSATION)]
        kept = [other for other in kept if other not in oldest]
        self._turns = [*kept, replace(turn, run=run, model=self.model)][-_MOST_TURNS:]

    def mark_lost(self, reason: str, conversation: int | None = None) -> None:
        """Notes why the KV of a conversation, or of all, is gone."""
        self._turns = [
            replace(turn, lost=reason) if conversation in (None, turn.conversation) else turn
            for turn in self._turns
        ]

    def remove_conversation(self, conversation: int) -> None:
        """Removes the turns of a conversation."""
        self._turns = [turn for turn in self._turns if turn.conversation != conversation]

    def keep_only(self, conversations: frozenset[int]) -> None:
        """Removes the turns of all other conversations."""
        self._turns = [turn for turn in self._turns if turn.conversation in conversations | {0}]

    def _own(self, conversation: int) -> list[PastTurn]:
        """Returns the turns of a conversation that the loaded model computed; none for 0."""
        wanted = (conversation, self.model) if conversation else None
        return [turn for turn in self._turns if (turn.conversation, turn.model) == wanted]


def _packed(run: TokenRun) -> TokenRun:
    """Returns the run in a form that takes little memory and is compared fast."""
    return replace(run, tokens=array("i", run.tokens), spans=tuple(run.spans))


def _beside(turn: PastTurn, run: TokenRun) -> PastTurn | None:
    """Returns what is left of a turn once its conversation has computed `run`; None if nothing."""
    shared = common_length(turn.run, run)
    if shared == len(turn.run):
        return None
    is_cut = len(turn.run) - shared <= shared // _REPLACED_SHARE
    return replace(turn, lost=REPLACED) if is_cut and turn.lost == EVICTED else turn


def _difference(turn: PastTurn, now: Sequence[MessageKey]) -> str:
    """Names the first difference that something known already stands behind.

    The system prompt is no message to its user: those that follow are counted without it.
    """
    (system, before), (other, now) = _apart(turn.messages), _apart(now)
    if system != other:
        return OTHER_SYSTEM if any(map(eq, before, now)) else ""
    pictures = 0
    for index, (old, new) in enumerate(zip(before, now, strict=False)):
        follows = any(
            ours == theirs
            for ours, theirs in zip(before[index + 1 :], now[index + 1 :], strict=False)
        )
        if old.pictures != new.pictures:
            is_known = follows or bool(new.text and old.text == new.text)
            return _picture_difference(old.pictures, new.pictures, pictures) if is_known else ""
        if old != new:
            return f"the text of message {index + 1} changed" if follows else ""
        pictures += len(new.pictures)
    if turn.has_thoughts:
        return f"the thoughts of message {len(before)} are left out"
    return f"message {len(before)} reads in other tokens than it was written in"


def _apart(messages: Sequence[MessageKey]) -> tuple[Sequence[MessageKey], Sequence[MessageKey]]:
    """Returns the system prompt, if there is one, and the messages after it."""
    count = sum(1 for _ in takewhile(lambda message: message.role == "system", messages))
    return messages[:count], messages[count:]


def _picture_difference(before: Sequence[str], now: Sequence[str], count: int) -> str:
    place = next(
        (place for place, pair in enumerate(zip(before, now, strict=False)) if pair[0] != pair[1]),
        min(len(before), len(now)),
    )
    verb = "changed"
    if place == len(before):
        verb = "was added"
    elif place == len(now):
        verb = "was removed"
    return f"picture {count + place + 1} {verb}"

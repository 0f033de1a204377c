"""Room in the context: what to leave out of later prompts or take in again, and what that does."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from ...core.conversation import Attachment, Message
from ...core.leaving_out import ROOM_FOR_ANSWER, LeavingOut, choose_oldest, measure
from ...core.messages.events import TurnWithdrawn
from ...core.messages.requests import LeaveOut
from .decisions import Decision
from .draft import SentTurn

if TYPE_CHECKING:
    from .session import ChatSession


class Change(NamedTuple):
    """Something that is left out, or taken in again."""

    what: LeavingOut
    is_left_out: bool

    def request(self, conversation: int) -> LeaveOut:
        """Returns what asks the core for it."""
        return LeaveOut(
            conversation=conversation,
            messages=self.what.messages,
            pictures=self.what.pictures,
            is_left_out=self.is_left_out,
        )

    @property
    def sentence(self) -> str:
        """What it does to the next prompts, for the user."""
        freed, repeated = self.what.freed_tokens, self.what.repeated_tokens
        if not self.is_left_out:
            return (
                f"Taken in again: about {freed + repeated:,} tokens to read with the next question."
            )
        told = f"Left out of the context: frees about {freed:,} tokens."
        return f"{told} About {repeated:,} after it are read again." if repeated else told


async def take_offer(session: "ChatSession", decision: Decision) -> bool:
    """Leaves out what a decision offers; an answer that did not fit is given again.

    Returns whether there is room for a question that did not fit, to be sent again.
    """
    conversation, change = session.conversation, Change(decision.room, is_left_out=True)
    if conversation is None or not await session.shown.branch(change.request(conversation)):
        return False
    if decision.regenerated is None:
        return True
    await session.answers.regenerate(decision.regenerated)
    return False


def switch_question(messages: Sequence[Message], question: Message) -> Change:
    """Leaves a question out with its answers, or takes it in again."""
    return _switch(messages, (question.id,), is_left_out=not question.is_left_out)


def switch_before(messages: Sequence[Message], question: Message) -> Change:
    """Leaves all questions before one out; takes them in again if they are all left out."""
    before = messages[: messages.index(question)]
    questions = [it for it in before if it.role == "user"]
    is_left_out = not all(it.is_left_out for it in questions)
    changed = tuple(it.id for it in questions if it.is_left_out != is_left_out)
    return _switch(messages, changed, is_left_out=is_left_out)


def switch_picture(messages: Sequence[Message], question: Message, index: int) -> Change:
    """Leaves one picture of a question out, or takes it in again."""
    is_left_out = not question.attachments[index].is_left_out
    return _switch(messages, (), ((question.id, index),), is_left_out=is_left_out)


def find_change(
    what: object, messages: Sequence[Message], question: Message, picture: int | None
) -> Change | None:
    """Returns what a key changes; None if it does nothing.

    Args:
        what: `question`, `before` or `picture`.
        messages: of the branch on screen.
        question: the one at the cursor, or that of the answer there.
        picture: index of the marked one of its pictures; None where none is marked.
    """
    if what == "question":
        return switch_question(messages, question)
    if what == "before":
        change = switch_before(messages, question)
        return change if change.what else None
    if picture is None or question.is_left_out:
        return None
    return switch_picture(messages, question, picture)


def make_room(withdrawn: TurnWithdrawn, replaced: int | None = None) -> LeavingOut:
    """Returns what to leave out so that a turn fits that did not; nothing where that can't help.

    Args:
        withdrawn: what became of the turn.
        replaced: the question that it replaces, or a message whose answer was to be given again.
    """
    if withdrawn.error != "PromptTooLong" or withdrawn.restored is None:
        return LeavingOut()
    before = _before(withdrawn.restored.messages, replaced)
    prompt, context = withdrawn.prompt_tokens, withdrawn.context_length
    # A server that does not say by how much is asked with one thing less each time.
    needed = prompt + ROOM_FOR_ANSWER - context if prompt and context else 1
    return choose_oldest(before, max(needed, 1))


def offer_room(withdrawn: TurnWithdrawn, sent: SentTurn | None) -> Decision | None:
    """Returns the decision to leave out what a turn had no room beside; None where there is none.

    Args:
        withdrawn: what became of the turn.
        sent: the turn; None for one of another window, which is decided about there.
    """
    if sent is None:
        return None
    again = sent.regenerated
    room = make_room(withdrawn, sent.edited.message if sent.edited else again)
    if not room:
        return None
    sentence = withdrawn.sentence
    return Decision("question", sentence, ("leave out",), room=room, regenerated=again)


def _before(messages: Sequence[Message], replaced: int | None) -> Sequence[Message]:
    """Returns what stands before a question, or before that of an answer; everything for None."""
    for place, message in enumerate(messages):
        if message.id == replaced:
            return messages[: place - (message.role == "assistant")]
    return messages


def _switch(
    messages: Sequence[Message],
    questions: tuple[int, ...],
    pictures: tuple[tuple[int, int], ...] = (),
    *,
    is_left_out: bool,
) -> Change:
    if not is_left_out:
        messages = [_taken_in(it, questions, pictures) for it in messages]
    return Change(measure(messages, questions, pictures), is_left_out)


def _taken_in(
    message: Message, questions: tuple[int, ...], pictures: tuple[tuple[int, int], ...]
) -> Message:
    """Returns a message as it is once questions and pictures are taken in again."""
    is_own = message.id in questions or message.parent_id in questions
    attachments = list(message.attachments)
    for index in (index for owner, index in pictures if owner == message.id):
        attachments[index] = replace(attachments[index], is_left_out=False)
    changed = iter(attachments)
    parts = (next(changed) if isinstance(it, Attachment) else it for it in message.parts)
    return replace(message, parts=tuple(parts), is_left_out=message.is_left_out and not is_own)

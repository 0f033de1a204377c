"""What leaves the prompt: pictures are checked, messages sent in order, nothing is lost."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.conversation import Attachment, Conversation, Message
from ..core.errors import NotStored, SeeshellError
from ..core.messages.events import (
    AnyEvent,
    Attached,
    ConversationOpened,
    Delta,
    Prefilled,
    TurnEnded,
    TurnFailed,
    TurnQueued,
    TurnWithdrawn,
)
from ..core.messages.requests import Attach, EditQuestion, OpenConversation, SubmitTurn
from .core_link import CoreLink, Post
from .draft import Draft, DraftPicture, EditedQuestion, SentTurn, WaitingTurn
from .draft_file import DraftFile, SavedDraft
from .session_events import DraftChanged, RequestRefused, TextReturned

if TYPE_CHECKING:
    from .attach_paths import FoundPictures

_WITHDRAWN = "Your last question was not kept and is back in the prompt; it may be too long."


class Outgoing:
    """The drafts of all conversations of this run, and the way from them to the core."""

    def __init__(self, link: CoreLink, post: Post, file: DraftFile) -> None:
        self._link = link
        self._post = post
        self._file = file
        self._is_restored = False
        self._drafts: dict[int | None, Draft] = {}
        self._edits: dict[int | None, Draft] = {}
        """Of conversations in which a question is being edited."""
        self._checks = asyncio.Condition()
        """Notified whenever a picture was checked."""

    def draft_of(self, conversation: int | None) -> Draft:
        """Returns what is unsent of a conversation; None stands for the new one."""
        return self._drafts.setdefault(conversation, Draft(conversation))

    def shown_draft(self, conversation: int | None) -> Draft:
        """Returns what the prompt shows in a conversation: the edit, while there is one."""
        return self._edits.get(conversation) or self.draft_of(conversation)

    def begin_edit(self, conversation: int, question: Message, number: int) -> Draft:
        """Returns a draft with a question's text and pictures, to be sent in its place.

        Args:
            conversation: where.
            question: what is edited; the edit that was begun of it before goes on.
            number: its place among the questions of its branch, from 1.
        """
        begun = self._edits.get(conversation)
        if begun and begun.edited and begun.edited.message == question.id:
            return begun
        pictures = [DraftPicture(Path(it.name), it) for it in question.attachments]
        edited = EditedQuestion(question.id, number)
        draft = Draft(conversation, question.text, pictures, edited=edited)
        self._edits[conversation] = draft
        return draft

    def end_edit(self, draft: Draft) -> None:
        """Forgets an edit that was sent or given up."""
        if self._edits.get(draft.conversation) is draft:
            del self._edits[draft.conversation]

    def save(self) -> None:
        """Stores what is unsent."""
        self._file.write([*self._drafts.values(), *self._edits.values()])

    async def restore(self) -> None:
        """Brings back what was unsent when a window before this one ended; only the first time."""
        if self._is_restored:
            return
        self._is_restored = True
        for saved in self._file.take():
            draft = self.draft_of(saved.conversation)
            if saved.answer is not None:
                draft.sent = SentTurn(saved.answer, _held_turn(saved), saved.edited)
                continue
            if saved.edited:
                draft = Draft(saved.conversation, edited=saved.edited)
                self._edits[saved.conversation] = draft
            self._post(TextReturned(draft, saved.text))
            for picture in saved.pictures:
                if isinstance(picture, Attachment):
                    draft.pictures.append(DraftPicture(Path(picture.name), picture))
                    self._post(DraftChanged(draft))
                else:
                    await self.attach(draft, Path(picture))

    async def attach(self, draft: Draft, path: Path) -> None:
        """Adds a picture and has it checked and copied by the core."""
        draft.pictures.append(DraftPicture(path))
        self._post(DraftChanged(draft))
        try:
            reply = await self._link.request(Attach(path=str(path)))
        except SeeshellError as error:
            draft.settle(path, None, str(error))
        else:
            draft.settle(path, reply.attachment if isinstance(reply, Attached) else None)
        self._post(DraftChanged(draft))
        async with self._checks:
            self._checks.notify_all()

    def detach_last(self, draft: Draft) -> None:
        """Takes the last picture off the draft; one that is being checked stays until it is."""
        if draft.pictures and not draft.pictures[-1].is_checking:
            draft.pictures.pop()
            self._post(DraftChanged(draft))

    async def line_up(self, draft: Draft, text: str) -> bool:
        """Makes a waiting message of the text and the draft's pictures; returns whether it could.

        Pictures that the text names by their paths are attached first, and the check of those that
        were picked just before is waited for. A text that can't be sent goes back into the prompt
        with the reason.
        """
        found = await _find_pictures(text)
        for path in found.paths:
            await self.attach(draft, path)
        text = found.rest
        if found.paths and not text.strip():
            return False
        async with self._checks:
            await self._checks.wait_for(lambda: not draft.is_checking)
        if sentence := draft.hindrance(text):
            self._give_back(draft, text, sentence)
            return False
        draft.waiting.append(draft.take(text))
        self._post(DraftChanged(draft))
        return True

    async def send_next(self, draft: Draft) -> TurnQueued | None:
        """Sends the oldest waiting message; returns what the core made of it.

        If the core refuses, every waiting message goes back into the prompt.
        """
        draft.is_sending = self._link.is_open
        try:
            reply = await self._link.request(_request(draft, draft.waiting[0]))
        except SeeshellError as error:
            self._give_back(draft, draft.take_back_waiting(), str(error))
            return None
        finally:
            draft.is_sending = False
        turn = draft.waiting.pop(0)
        self._post(DraftChanged(draft))
        if not isinstance(reply, TurnQueued):
            return None
        self._name(draft, reply.conversation)
        sent = SentTurn(reply.answer.id, turn, draft.edited)
        self.draft_of(reply.conversation).sent = sent
        return reply

    def note(self, event: AnyEvent) -> None:
        """Lets go of what was sent once its answer has begun; takes it back if it was withdrawn."""
        match event:
            case TurnWithdrawn(conversation=it, message=answer, restored=restored):
                self._take_back(it, answer, event.sentence, is_gone=restored is None)
            case Prefilled() | Delta() | TurnEnded() | TurnFailed():
                draft = self._drafts.get(event.conversation)
                if draft is not None and draft.sent is not None:
                    draft.sent = None
                    self._post(DraftChanged(draft))

    async def recall(self) -> None:
        """Takes back messages that the core withdrew while nobody here could hear of it."""
        for conversation, draft in list(self._drafts.items()):
            if draft.sent is None or conversation is None:
                continue
            stored = await self._read(conversation)
            answers = [it for it in stored.messages if it.id == draft.sent.answer] if stored else []
            if not answers:
                answer = draft.sent.answer
                self._take_back(conversation, answer, _WITHDRAWN, is_gone=stored is None)
            elif not answers[0].is_open:
                draft.sent = None

    def return_waiting(self, draft: Draft) -> None:
        """Puts every waiting message back into the prompt."""
        if draft.waiting:
            self._post(TextReturned(draft, draft.take_back_waiting()))
            self._post(DraftChanged(draft))

    def return_all_waiting(self) -> None:
        """Puts the waiting messages of all conversations back."""
        for draft in self._drafts.values():
            self.return_waiting(draft)

    def _name(self, draft: Draft, conversation: int) -> None:
        """Files the draft of a new conversation under the id that the core gave it."""
        if draft.conversation is None:
            draft.conversation = conversation
            self._drafts[conversation] = draft
            if self._drafts.get(None) is draft:
                del self._drafts[None]

    def _take_back(self, conversation: int, answer: int, why: str, *, is_gone: bool) -> None:
        """Puts a message that the core has withdrawn back, in front of what was typed since.

        Args:
            conversation: where it was sent.
            answer: the answer that had been opened for it; the message may be another window's.
            why: one sentence for the user.
            is_gone: whether the conversation went with it; all that is unsent moves to a new one.
        """
        draft = self.draft_of(conversation)
        sent, draft.sent = draft.sent, None
        self.return_waiting(draft)
        if is_gone:
            draft = self._unname(conversation)
        if sent is not None and sent.answer == answer:
            if sent.edited and conversation not in self._edits:
                draft = self._edits[conversation] = Draft(conversation, edited=sent.edited)
            self._give_back(draft, sent.turn.text, why, sent.turn.pictures)
        else:
            self._post(RequestRefused(why))

    def _unname(self, conversation: int) -> Draft:
        """Returns the new conversation's draft, with all that is unsent of one that is gone."""
        draft = self._drafts.pop(conversation)
        edit = self._edits.pop(conversation, None)
        if None not in self._drafts:
            draft.conversation = None
            self._drafts[None] = draft
        new = self._drafts[None]
        for left in (edit, draft):
            if left is not None and left is not new:
                new.pictures[:0] = left.pictures
                if left.text:
                    self._post(TextReturned(new, left.text))
        return new

    async def _read(self, conversation: int) -> Conversation | None:
        """Returns a conversation, whose events are heard from now on; None if there is none."""
        try:
            reply = await self._link.request(OpenConversation(conversation=conversation))
        except NotStored:
            return None
        return reply.conversation if isinstance(reply, ConversationOpened) else None

    def _give_back(
        self, draft: Draft, text: str, sentence: str, pictures: Sequence[DraftPicture] = ()
    ) -> None:
        draft.pictures[:0] = pictures
        self._post(DraftChanged(draft))
        self._post(TextReturned(draft, text))
        self._post(RequestRefused(sentence))


def _request(draft: Draft, turn: WaitingTurn) -> SubmitTurn | EditQuestion:
    if draft.edited and draft.conversation is not None:
        return EditQuestion(
            conversation=draft.conversation,
            message=draft.edited.message,
            text=turn.text,
            attachments=turn.attachments,
        )
    return SubmitTurn(text=turn.text, attachments=turn.attachments, conversation=draft.conversation)


def _held_turn(saved: SavedDraft) -> WaitingTurn:
    """Returns a message that was sent, with the pictures that the core holds of it."""
    held = [picture for picture in saved.pictures if isinstance(picture, Attachment)]
    return WaitingTurn(saved.text, tuple(DraftPicture(Path(it.name), it) for it in held))


async def _find_pictures(text: str) -> "FoundPictures":
    """Returns the pictures that a text names; asks the disk beside the loop."""
    from .attach_paths import find_pictures

    return await asyncio.to_thread(find_pictures, text)

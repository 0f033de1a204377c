"""The drafts of all conversations, and the edits that are under way in them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ...core.conversation import Attachment, Message, QueuedTurn
from ...core.messages.requests import ClaimPictures
from .core_link import Post
from .draft import Draft, DraftPicture, EditedQuestion, SentTurn
from .draft_file import DraftFile, SavedDraft
from .events import DraftChanged, TextReturned


class Drafts:
    """What is unsent in this window, by conversation; iterates over the drafts, edits left out."""

    def __init__(self, post: Post, file: DraftFile) -> None:
        self._post = post
        self._file = file
        self._is_restored = False
        self._drafts: dict[int | None, Draft] = {}
        self._edits: dict[int, Draft] = {}
        """Of conversations in which a question is being edited."""

    def __iter__(self) -> Iterator[Draft]:
        return iter(list(self._drafts.values()))

    def find(self, conversation: int | None) -> Draft:
        """Returns what is unsent of a conversation; None stands for the new one."""
        return self._drafts.setdefault(conversation, Draft(conversation))

    def shown(self, conversation: int | None) -> Draft:
        """Returns what the prompt shows in a conversation: the edit, while there is one."""
        edit = None if conversation is None else self._edits.get(conversation)
        return edit or self.find(conversation)

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
        edited = EditedQuestion(question.id, number)
        pictures = list(_held(question.attachments))
        draft = Draft(conversation, question.text, pictures, edited=edited)
        self._edits[conversation] = draft
        return draft

    def end_edit(self, draft: Draft) -> None:
        """Forgets an edit that was sent or given up; does nothing to another draft."""
        if draft.conversation is not None and self._edits.get(draft.conversation) is draft:
            del self._edits[draft.conversation]

    def name(self, draft: Draft, conversation: int) -> None:
        """Files the draft of a new conversation under the id that the core gave it."""
        if draft.conversation is None:
            draft.conversation = conversation
            self._drafts[conversation] = draft
            if self._drafts.get(None) is draft:
                del self._drafts[None]

    def unname(self, conversation: int) -> Draft:
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

    def put_back(self, draft: Draft, turn: SentTurn) -> None:
        """Puts a turn back in front of what was typed since; what was an edit is one again."""
        it = draft.conversation
        if turn.edited and it is not None and it not in self._edits:
            draft = self._edits[it] = Draft(it, edited=turn.edited)
        draft.pictures[:0] = turn.pictures
        self._post(DraftChanged(draft))
        if turn.text:
            self._post(TextReturned(draft, turn.text))

    @property
    def claim(self) -> ClaimPictures:
        """The pictures that the core holds for this window alone."""
        drafts = [*self._drafts.values(), *self._edits.values()]
        pictures = [picture for draft in drafts for picture in draft.pictures]
        pictures += [it.picture for draft in drafts for it in draft.removed]
        pictures += [it for draft in drafts for turn in draft.outbox for it in turn.pictures]
        held = {picture.attachment.sha256 for picture in pictures if picture.attachment}
        return ClaimPictures(pictures=tuple(sorted(held)))

    def save(self) -> None:
        """Stores what is unsent."""
        self._file.write([*self._drafts.values(), *self._edits.values()])

    def restore(self) -> list[tuple[Draft, Path]]:
        """Brings back what was unsent when a window before this one ended; only the first time.

        Returns the pictures that have to be attached again.
        """
        paths: list[tuple[Draft, Path]] = []
        for saved in () if self._is_restored else self._file.take():
            draft = self.find(saved.conversation)
            if saved.turn:
                (draft.taken if saved.is_taken else draft.outbox).append(_sent_turn(saved))
                continue
            if saved.edited and saved.conversation is not None:
                draft = Draft(saved.conversation, edited=saved.edited)
                self._edits[saved.conversation] = draft
            draft.pictures += _held([it for it in saved.pictures if isinstance(it, Attachment)])
            paths += [(draft, Path(it)) for it in saved.pictures if isinstance(it, str)]
            self._post(DraftChanged(draft))
            self._post(TextReturned(draft, saved.text))
        self._is_restored = True
        return paths


def as_sent(queued: QueuedTurn) -> SentTurn:
    """Returns a queued turn that another window, or an earlier one, has sent."""
    if queued.kind == "regenerate":
        return SentTurn("", id=queued.id)
    return SentTurn(queued.question.text, _held(queued.question.attachments), id=queued.id)


def _sent_turn(saved: SavedDraft) -> SentTurn:
    """Returns a turn that was sent, with the pictures that the core holds of it."""
    held = [picture for picture in saved.pictures if isinstance(picture, Attachment)]
    return SentTurn(saved.text, _held(held), saved.edited, saved.regenerated, saved.turn)


def _held(attachments: Sequence[Attachment]) -> tuple[DraftPicture, ...]:
    return tuple(DraftPicture(Path(it.name), it) for it in attachments)

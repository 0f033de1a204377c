"""What leaves the prompt: pictures are checked, messages sent in order, nothing is lost."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.conversation import Conversation, QueuedTurn
from ...core.errors import CoreDied, CoreUnreachable, NotStored, SeeshellError
from ...core.messages.events import (
    AnyEvent,
    Attached,
    ConversationOpened,
    Delta,
    Prefilled,
    QueueChanged,
    ThoughtsDelta,
    TurnEnded,
    TurnFailed,
    TurnQueued,
    TurnStarted,
    TurnWithdrawn,
)
from ...core.messages.requests import Attach, OpenConversation, RemoveQueued
from .core_link import NO_CORE, CoreLink, Post
from .draft import Draft, DraftPicture, SentTurn
from .drafts import Drafts, as_sent
from .events import DraftChanged, RequestRefused, TextReturned

if TYPE_CHECKING:
    from .attach_paths import FoundPictures
    from .missing_pictures import MissingPictures

_WITHDRAWN = "Your last question was not kept and is back in the prompt; it may be too long."


class Outgoing:
    """The way from the drafts to the core, and back where the core does not keep a message."""

    def __init__(self, link: CoreLink, post: Post, drafts: Drafts) -> None:
        self._link = link
        self._post = post
        self._drafts = drafts
        self._begun: dict[int, str] = {}
        """Ids of turns, by conversation, that left the queue but whose answers have not begun."""
        self._queued: set[str] = set()
        """Ids of turns of this window that were seen in the core's queue."""
        self._checks = asyncio.Condition()
        """Notified whenever a picture was checked."""

    async def restore(self) -> None:
        """Brings back what was unsent when a window before this one ended."""
        for draft, path in self._drafts.restore():
            await self.attach(draft, path)

    async def attach(self, draft: Draft, path: Path) -> None:
        """Adds a picture and has it checked and copied by the core."""
        draft.pictures.append(DraftPicture(path))
        self._post(DraftChanged(draft))
        await self.check(draft, path)

    async def check(self, draft: Draft, path: Path) -> None:
        """Has a picture that waits for it checked and copied by the core."""
        try:
            reply = await self._link.request(Attach(path=str(path)))
        except SeeshellError as error:
            draft.settle(path, None, str(error))
        else:
            draft.settle(path, reply.attachment if isinstance(reply, Attached) else None)
        self._post(DraftChanged(draft))
        await self.note_checked()

    async def note_checked(self) -> None:
        """Lets messages go on whose pictures are all checked now, or removed."""
        async with self._checks:
            self._checks.notify_all()

    async def line_up(self, draft: Draft, text: str) -> bool:
        """Moves the text and the draft's pictures into the outbox; returns whether it could.

        Pictures that the text names by their paths are attached first, and the check of those that
        were picked just before is waited for. A text that can't be sent goes back into the prompt
        with the reason; so does one that names pictures which are not here, the first time.
        """
        async with draft.order:
            found, missing = await _find_pictures(text)
            attached = {picture.path for picture in draft.pictures}
            for path in found.paths:
                # Tab, or a paste, has attached what the text only names.
                if path not in attached:
                    await self.attach(draft, path)
            text = found.rest
            if found.paths and not text.strip():
                return False
            if missing and not (draft.missing and draft.missing.permits(missing)):
                draft.missing = replace(missing, is_held=True)
                self._post(TextReturned(draft, text))
                self._post(DraftChanged(draft))
                return False
            async with self._checks:
                await self._checks.wait_for(lambda: not draft.is_checking)
            hindrance = draft.hindrance(text)
            if not hindrance and not await self._link.is_connected():
                hindrance = NO_CORE
            if hindrance:
                self._post(TextReturned(draft, text))
                self._post(RequestRefused(hindrance))
                return False
            self._drafts.end_edit(draft)
            self._drafts.find(draft.conversation).outbox.append(draft.take(text))
            self._post(DraftChanged(draft))
            return True

    async def line_up_again(self, draft: Draft, message: int) -> bool:
        """Puts a turn that answers again into the outbox; returns whether it could."""
        is_connected = await self._link.is_connected()
        if is_connected:
            draft.outbox.append(SentTurn("", regenerated=message))
        else:
            self._post(RequestRefused(NO_CORE))
        return is_connected

    async def send(self, draft: Draft) -> None:
        """Sends what is in the outbox, oldest first.

        What gets no reply stays there, to be sent again under the same id. If the core refuses one
        turn, all of them go back into the prompt.
        """
        while draft.outbox:
            draft.is_cut_off = False
            turn = draft.outbox[0]
            try:
                reply = await self._link.request(turn.request(draft.conversation))
            except (CoreDied, CoreUnreachable):
                draft.is_cut_off = True
                self._post(DraftChanged(draft))
                break
            except SeeshellError as error:
                self._give_back_outbox(draft, str(error))
                break
            del draft.outbox[0]
            if isinstance(reply, TurnQueued):
                self._drafts.name(draft, reply.conversation)
                draft.taken.append(turn)
            self._post(DraftChanged(draft))

    async def send_again(self) -> None:
        """Sends what has got no reply from a core, or from a window, that has ended since."""
        for draft in self._drafts:
            await self.send(draft)

    def note(self, event: AnyEvent) -> None:
        """Forgets a turn once its answer has begun; takes it back if it was withdrawn."""
        match event:
            case TurnWithdrawn(conversation=it, turn=turn, sentence=why, restored=restored):
                self._take_back(it, turn, why, is_gone=restored is None)
            case TurnStarted(conversation=it, turn=turn):
                self._begun[it] = turn
            case QueueChanged(conversation=it, queue=queue):
                self._note_queue(self._drafts.find(it), queue)
            case Prefilled() | ThoughtsDelta() | Delta() | TurnEnded() | TurnFailed():
                turn = self._begun.pop(event.conversation, "")
                self._forget(self._drafts.find(event.conversation), turn)

    async def recall(self, shown: Conversation | None) -> None:
        """Takes back messages that the core withdrew while nobody here could hear of it.

        Args:
            shown: the conversation on screen, read just now; None for a new one.
        """
        for draft in self._drafts:
            it = draft.conversation
            if it is not None and draft.taken:
                is_shown = shown is not None and shown.summary.id == it
                self._recall(it, draft, shown if is_shown else await self._read(it))

    def _recall(self, conversation: int, draft: Draft, stored: Conversation | None) -> None:
        queue, messages = (stored.queue, stored.messages) if stored else ((), ())
        waiting = {turn.id for turn in queue}
        self._queued |= waiting
        for turn in list(draft.taken):
            brought = [message for message in messages if message.turn == turn.id]
            if any(message.is_open for message in brought):
                self._begun[conversation] = turn.id
            elif brought:
                self._forget(draft, turn.id)
            elif turn.id not in waiting:
                self._take_back(conversation, turn.id, _WITHDRAWN, is_gone=stored is None)

    def _note_queue(self, draft: Draft, queue: tuple[QueuedTurn, ...]) -> None:
        """Forgets turns that another window took out; those taken were told of before."""
        ids = {turn.id for turn in queue}
        for turn in list(draft.taken):
            if turn.id in ids:
                self._queued.add(turn.id)
            elif turn.id in self._queued and turn.id not in self._begun.values():
                self._forget(draft, turn.id)

    async def remove_queued(self, conversation: int, queued: QueuedTurn, *, was_all: bool) -> bool:
        """Takes a turn out of the core's queue and puts it back into the prompt.

        Args:
            conversation: where it is queued.
            queued: the turn.
            was_all: whether the conversation goes with it, since it holds nothing else.

        Returns:
            Whether it was still there.
        """
        reply = await self._link.ask(RemoveQueued(conversation=conversation, turn=queued.id))
        if reply is None:
            return False
        draft = self._drafts.find(conversation)
        turn = draft.find_taken(queued.id) or as_sent(queued)
        self._forget(draft, queued.id)
        self._drafts.put_back(self._drafts.unname(conversation) if was_all else draft, turn)
        return True

    def return_unacknowledged(self, draft: Draft) -> None:
        """Puts the newest turn that has got no reply back into the prompt."""
        self._drafts.put_back(draft, draft.outbox.pop())

    def _forget(self, draft: Draft, turn: str) -> None:
        self._queued.discard(turn)
        if draft.find_taken(turn):
            draft.forget_taken(turn)
            self._post(DraftChanged(draft))

    def _take_back(self, conversation: int, turn: str, why: str, *, is_gone: bool) -> None:
        """Puts a message that the core has withdrawn back, in front of what was typed since.

        Args:
            conversation: where it was sent.
            turn: its id; it may be another window's.
            why: one sentence for the user.
            is_gone: whether the conversation went with it; all that is unsent moves to a new one.
        """
        draft = self._drafts.find(conversation)
        sent = draft.find_taken(turn)
        draft.forget_taken(turn)
        if is_gone:
            draft = self._drafts.unname(conversation)
        if sent is not None:
            self._drafts.put_back(draft, sent)
        self._post(RequestRefused(why))

    def _give_back_outbox(self, draft: Draft, why: str) -> None:
        """Puts all that is in the outbox back into the prompt, with the reason."""
        while draft.outbox:
            self.return_unacknowledged(draft)
        self._post(RequestRefused(why))

    async def _read(self, conversation: int) -> Conversation | None:
        """Returns a conversation, whose events are heard from now on; None if there is none."""
        try:
            reply = await self._link.request(OpenConversation(conversation=conversation))
        except NotStored:
            return None
        return reply.conversation if isinstance(reply, ConversationOpened) else None


async def _find_pictures(text: str) -> "tuple[FoundPictures, MissingPictures | None]":
    """Returns the pictures that a text names, here and not; asks the disk beside the loop."""
    from .attach_paths import find_pictures
    from .missing_pictures import find_missing

    found = await asyncio.to_thread(find_pictures, text)
    return found, await asyncio.to_thread(find_missing, found.rest)

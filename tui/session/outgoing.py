"""What leaves the prompt: pictures are checked, messages sent in order, nothing is lost."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import structs

from ...core.conversation import ASKING_KINDS, Conversation, QueuedTurn
from ...core.errors import CoreDied, CoreUnreachable, NotStored, SeeshellError
from ...core.generation_options import NO_CHOICES, ConversationChoices
from ...core.messages.events import (
    AnyEvent,
    ConversationOpened,
    Delta,
    Prefilled,
    ThoughtsDelta,
    TurnEnded,
    TurnFailed,
    TurnStarted,
    TurnWithdrawn,
)
from ...core.messages.queue_events import QueueChanged, TurnQueued
from ...core.messages.queue_requests import RemoveQueued
from ...core.messages.requests import EditQuestion, OpenConversation, RegenerateAnswer, SubmitTurn
from ..scarcity import Scarcity, scarcity_named
from .core_link import CoreLink
from .draft import SentTurn, held, hindrance
from .events import RequestRefused
from .journal import Journal
from .picture_checks import PictureChecks
from .unsent import Unsent

if TYPE_CHECKING:
    from .attach_paths import FoundPictures
    from .missing_pictures import MissingPictures

_WITHDRAWN = "Your last question was not kept and is back in the prompt; it may be too long."


class Outgoing:
    """The way from the journal to the core, and back where the core does not keep a message."""

    def __init__(
        self,
        link: CoreLink,
        journal: Journal,
        choices_for_new: Callable[[], ConversationChoices | None],
    ) -> None:
        """Sends nothing yet.

        Args:
            link: the way to the core.
            journal: has what is unsent.
            choices_for_new: returns what a conversation keeps that begins now.
        """
        self._link = link
        self._choices_for_new = choices_for_new
        self._journal = journal
        self._post = journal.tell
        self._begun: dict[int, str] = {}
        """Ids of turns, by conversation, that left the queue but whose answers have not begun."""
        self._queued: set[str] = set()
        """Ids of turns of this window that were seen in the core's queue."""
        self.checks = PictureChecks(link, journal)

    async def prepare(self, turn: SentTurn) -> None:
        """Makes a turn ready to be sent, or puts it back into the prompt with the reason.

        Pictures that the text names by their paths are attached first, and all its pictures are
        checked. Where the core goes meanwhile the turn is held until there is one again.
        """
        if turn.state == "typed":
            await self._name_pictures(turn)
        await self.checks.check(turn.pictures)
        await self.checks.wait_for(turn)
        is_connected = await self._link.is_connected()
        unsent = self._journal.entries.entry_with(turn)
        if unsent is None:
            return
        if why := hindrance(turn.text, turn.pictures):
            self._refuse(turn, why)
        else:
            turn.is_held = not is_connected or turn.is_checking
            turn.state = "checking" if turn.is_held else "ready"
            self._journal.note(unsent)

    async def send(self, unsent: Unsent) -> None:
        """Sends the turns that are ready, oldest first.

        What gets no reply stays there, to be sent again under the same id. If the core refuses one
        turn, all that it does not have go back into the prompt.
        """
        while (waiting := unsent.unacknowledged) and waiting[0].state == "ready":
            turn = waiting[0]
            turn.is_held = False
            try:
                reply = await self._link.request(self._request(unsent, turn))
            except (CoreDied, CoreUnreachable):
                turn.is_held = True
                self._journal.note(unsent)
                break
            except SeeshellError as error:
                self._give_back(unsent, str(error))
                break
            turn.state, turn.removed = "taken", []
            if isinstance(reply, TurnQueued):
                self._journal.entries.name(unsent, reply.conversation)
            self._journal.note(unsent)

    def note(self, event: AnyEvent) -> None:
        """Forgets a turn once its answer starts; takes it back if it was withdrawn."""
        match event:
            case TurnWithdrawn(conversation=it, turn=turn, sentence=why, restored=restored):
                self._take_back(it, turn, why, is_gone=restored is None)
            case TurnStarted(conversation=it, turn=turn):
                self._begun[it] = turn
            case QueueChanged(conversation=it, queue=queue):
                self._note_queue(self._journal.entries.find(it), queue)
            case Prefilled() | ThoughtsDelta() | Delta() | TurnEnded() | TurnFailed():
                turn = self._begun.pop(event.conversation, "")
                self._forget(self._journal.entries.find(event.conversation), turn)

    async def recall(self, shown: Conversation | None) -> None:
        """Takes back messages that the core withdrew while nobody here could hear of it.

        Args:
            shown: the conversation on screen, read just now; None for a new one.
        """
        for unsent in self._journal.entries:
            if shown is not None and unsent.conversation == shown.summary.id:
                self.recall_in(unsent, shown)
            elif unsent.conversation is not None and any(turn.is_taken for turn in unsent.turns):
                self.recall_in(unsent, await self._read(unsent.conversation))

    def recall_in(self, unsent: Unsent, stored: Conversation | None) -> None:
        """Takes back what the core withdrew of one conversation, read just now; None if gone."""
        queue, messages = (stored.queue, stored.messages) if stored else ((), ())
        waiting = {turn.id for turn in queue}
        self._queued |= waiting
        for turn in [it for it in unsent.turns if it.is_taken]:
            brought = [message for message in messages if message.turn == turn.id]
            if unsent.conversation is None:
                break
            if any(message.is_open for message in brought):
                self._begun[unsent.conversation] = turn.id
            elif brought:
                self._forget(unsent, turn.id)
            elif turn.id not in waiting:
                self._take_back(unsent.conversation, turn.id, _WITHDRAWN, is_gone=stored is None)

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
        unsent = self._journal.entries.find(conversation)
        turn = unsent.find_turn(queued.id) or _as_sent(queued)
        self._queued.discard(queued.id)
        self._journal.put_back(unsent, turn)
        if was_all:
            self._journal.entries.unname(conversation)
        return True

    async def return_unacknowledged(self, unsent: Unsent) -> None:
        """Puts the newest turn that the core may not have back into the prompt."""
        self._journal.put_back(unsent, unsent.unacknowledged[-1])
        await self.checks.look_again()

    def _request(
        self, unsent: Unsent, turn: SentTurn
    ) -> SubmitTurn | EditQuestion | RegenerateAnswer:
        request = turn.request(unsent.conversation)
        if isinstance(request, SubmitTurn) and request.conversation is None:
            choices = self._choices_for_new()
            if unsent.preset:
                choices = structs.replace(choices or NO_CHOICES, preset=unsent.preset)
            return structs.replace(request, choices=choices, is_private=unsent.is_private)
        return request

    async def _name_pictures(self, turn: SentTurn) -> None:
        """Attaches the pictures that a turn's text names, unless a paste or Tab has done that.

        A turn of nothing but paths goes back into the prompt as pictures; one that names pictures
        which are not here goes back the first time, as does one whose text can't be searched now.
        """
        try:
            found, missing = await _find_pictures(turn.text)
        except Scarcity as error:
            self._refuse(turn, f"The question was not sent: {error}")
            return
        unsent = self._journal.entries.entry_with(turn)
        if unsent is None:
            return
        attached = {(it.address, it.path, it.excerpt) for it in turn.pictures}
        new = [it for it in found.pictures if (it.address, it.path, it.excerpt) not in attached]
        turn.text, turn.pictures = found.rest, [*turn.pictures, *new]
        turn.state = "checking"
        if found.pictures and not turn.text.strip():
            self._journal.put_back(unsent, turn)
        elif missing and not (turn.missing and turn.missing.permits(missing)):
            turn.missing = structs.replace(missing, is_held=True)
            self._journal.put_back(unsent, turn)
        else:
            self._journal.note(unsent)

    def _refuse(self, turn: SentTurn, why: str) -> None:
        """Puts a turn back into the prompt with the reason, unless it was taken back before."""
        unsent = self._journal.entries.entry_with(turn)
        if unsent is not None:
            self._journal.put_back(unsent, turn)
            self._post(RequestRefused(why))

    def _note_queue(self, unsent: Unsent, queue: tuple[QueuedTurn, ...]) -> None:
        """Forgets turns that another window took out; those taken were told of before."""
        ids = {turn.id for turn in queue}
        for turn in [it for it in unsent.turns if it.is_taken]:
            if turn.id in ids:
                self._queued.add(turn.id)
            elif turn.id in self._queued and turn.id not in self._begun.values():
                self._forget(unsent, turn.id)

    def _forget(self, unsent: Unsent, turn: str) -> None:
        self._queued.discard(turn)
        found = unsent.find_turn(turn)
        if found is not None and found.is_taken:
            self._journal.forget(unsent, found)

    def _take_back(self, conversation: int, turn: str, why: str, *, is_gone: bool) -> None:
        """Puts a message that the core has withdrawn back, in front of what was typed since.

        Args:
            conversation: where it was sent.
            turn: its id; it may be another window's.
            why: one sentence for the user.
            is_gone: whether the conversation went with it; all that is unsent moves to a new one.
        """
        unsent = self._journal.entries.find(conversation)
        sent = unsent.find_turn(turn)
        if sent is not None:
            self._journal.put_back(unsent, sent)
        if is_gone:
            self._journal.entries.unname(conversation)
        self._post(RequestRefused(why))

    def _give_back(self, unsent: Unsent, why: str) -> None:
        """Puts all that the core does not have back into the prompt, with the reason."""
        for turn in reversed(unsent.unacknowledged):
            self._journal.put_back(unsent, turn)
        self._post(RequestRefused(why))

    async def _read(self, conversation: int) -> Conversation | None:
        """Returns a conversation, whose events are heard from now on; None if there is none."""
        try:
            reply = await self._link.request(OpenConversation(conversation=conversation))
        except NotStored:
            return None
        return reply.conversation if isinstance(reply, ConversationOpened) else None


def _as_sent(queued: QueuedTurn) -> SentTurn:
    """Returns a queued turn that another window, or an earlier one, has sent."""
    if queued.kind not in ASKING_KINDS:
        return SentTurn("", id=queued.id)
    return SentTurn(queued.question.text, held(queued.question.attachments), id=queued.id)


async def _find_pictures(text: str) -> "tuple[FoundPictures, MissingPictures | None]":
    """Returns the pictures that a text names, here and not; asks the disk beside the loop.

    Raises:
        Scarcity: what searches can't be loaded or started.
    """
    with scarcity_named():
        from .attach_paths import find_pictures
        from .missing_pictures import find_missing

        found = await asyncio.to_thread(find_pictures, text)
        return found, await asyncio.to_thread(find_missing, found.rest)

"""A client of the core: it connects, has the parts that ask, and tells them what the core says.

Knows no widget: it tells what happened through `ChatSession.events`, one event at a time.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from ...core.conversation import Conversation
from ...core.errors import ConnectionLost, SeeshellError
from ...core.messages.events import (
    AnyEvent,
    ConversationOpened,
    Notice,
    TurnWithdrawn,
)
from ...core.messages.library_events import LibraryChanged
from ...core.messages.picture_events import PictureFetching, PicturesOffered
from ...core.messages.queue_events import QueueChanged
from ...core.messages.requests import (
    GetStatus,
    LeavePrivate,
)
from ...core.private_ids import is_private
from .answer_requests import AnswerRequests
from .broadcast import Broadcast
from .context_room import offer_room
from .conversation_list import ConversationList
from .conversation_tree import ConversationTree
from .core_link import Connect, CoreLink
from .corrections import Corrections
from .current_model import CurrentModel
from .decisions import Decision, Decisions, Matter
from .deletions import Deletions
from .deliveries import Deliveries
from .draft import Draft
from .events import (
    CoreLost,
    DraftChanged,
    FetchProgressed,
    NoticeTold,
    QuestionRefused,
    RequestRefused,
    SessionEvent,
)
from .journal import Journal
from .kept_model import KeptModel
from .kept_preset import KeptPreset
from .launch_options import LaunchOptions
from .library import Library
from .likenesses import Likenesses
from .offered_pictures import OfferedPictures
from .outgoing import Outgoing
from .prices import Prices
from .private_addresses import PrivateAddresses
from .queue_requests import QueueRequests
from .remeasuring import Remeasuring
from .rolls import Rolls
from .shown_conversation import ShownConversation
from .shown_turns import ShownTurns, TurnEvent
from .shown_unsent import ShownUnsent
from .window_use import WindowUse

PRIVATE_GONE: Final = (
    "The private conversation is gone with the core that held it: nothing of it was on the disk."
)

_CLOSING_SECONDS: Final = 2.0
"""How long private conversations may take to be closed."""


class ChatSession:
    """One client of the core that shows one conversation at a time."""

    def __init__(self, connect: Connect, data_dir: Path, presets_file: Path) -> None:
        """Begins with a new conversation; `run` connects.

        Args:
            connect: reaches the core.
            data_dir: where all windows keep what is unsent.
            presets_file: where the user writes presets.
        """
        events = self.events = Broadcast()
        """What happens, for all who listen."""
        post = self._post = events.tell
        link = self._link = CoreLink(connect, post)
        self._running = asyncio.Lock()
        """Held while connected: a second run begins when the first has left the core."""
        journal = self.journal = Journal(self._pass_on, data_dir)
        """Everything unsent in this window."""
        outgoing = self._outgoing = Outgoing(link, journal, lambda: self.kept.choices_for_new)
        turns = self.turns = ShownTurns(post)
        """Of the conversation on screen."""
        decisions = self.decisions = Decisions(post)
        unsent = self.unsent = ShownUnsent(link, journal, outgoing.checks, post)
        """What is being written in the conversation on screen, and sent."""
        deliveries = self._deliveries = Deliveries(link, journal, outgoing, unsent.show)
        shown = self.shown = ShownConversation(link, unsent, decisions, self._follow_shown, post)
        model = self.model = CurrentModel(link, post, turns, decisions)
        self.kept = KeptModel(link, model, turns, decisions, lambda: self.conversation)
        preset = self.preset = KeptPreset(self.kept, unsent, presets_file, post)
        self.answers = AnswerRequests(link, turns, unsent, deliveries, decisions)
        self.queue = QueueRequests(link, turns, unsent, outgoing, lambda: shown.show(None))
        self._corrections = Corrections(link, journal, shown.show_again, post)
        self.tree = ConversationTree(link, shown.branch, lambda: self.conversation)
        """All branches of the conversation on screen."""
        self.conversations = ConversationList(link, post, lambda: self.conversation)
        self.deletions = Deletions(self.conversations, decisions, shown, lambda: self.conversation)
        self.library = Library(link, self.conversations, self.deletions)
        """What is done to several conversations at once."""
        self.rolls = Rolls(link, post)
        """One question over many pictures."""
        self.private = PrivateAddresses(unsent, journal, outgoing.checks, decisions)
        """Decides about addresses that are not on the internet."""
        events.listen(DraftChanged, lambda _: self.private.look())
        self.likenesses = Likenesses(events)
        """Of pictures that are attached to others that are there."""
        self.prices = Prices(link, model, preset)
        """Of pictures that are not sent yet."""
        self._remeasuring = Remeasuring(events, model, preset, unsent, deliveries)
        self._offered = OfferedPictures(link, unsent, post)
        self.use = WindowUse(link)
        """Is told when a key is pressed here."""

    @property
    def conversation(self) -> int | None:
        """Id of the conversation on screen; None for a new one."""
        return self.unsent.entry.conversation

    @property
    def draft(self) -> Draft:
        """What is being written in the conversation on screen."""
        return self.unsent.draft

    @property
    def has_begun(self) -> bool:
        """Whether what was asked for at the start is on screen."""
        return self._deliveries.has_begun.is_set()

    async def wait_until_begun(self) -> None:
        """Returns when what was asked for at the start is on screen."""
        await self._deliveries.has_begun.wait()

    @property
    def is_ready(self) -> bool:
        """Whether a question asked now is answered at once."""
        return self.model.status.is_ready and self.turns.progress.step == "idle"

    async def run(self, launch: LaunchOptions, *, replace_core: bool = False) -> None:
        """Connects, opens what the launch asks for and passes events on until the core is lost."""
        async with self._running:
            self.model.note_connection("connecting")
            self._deliveries.is_core_lost = False
            try:
                await self._link.open(replace_core=replace_core)
                self.decisions.settle("connection")
                await self._begin(launch)
                async for event in self._link.events():
                    async with self._link.order:
                        self._receive(event)
                    if isinstance(event, LibraryChanged):
                        await self.conversations.catch_up()
            except SeeshellError as error:
                self._deliveries.is_core_lost = True
                self.turns.note_break()
                is_cut_off = isinstance(error, ConnectionLost)
                self.model.note_connection("cut off" if is_cut_off else "no core")
                self.unsent.forget_core()
                self.rolls.forget_core()
                self._post(CoreLost(error))
            finally:
                await self._link.close()

    async def close_private(self) -> None:
        """Has the core forget what is private in this window alone; for when it is left."""
        with suppress(TimeoutError, SeeshellError):
            async with asyncio.timeout(_CLOSING_SECONDS):
                await self._link.request(LeavePrivate())

    def submit(self, text: str) -> Coroutine[Any, Any, None]:
        """Sends a message; while another one is answered it waits in the core's queue.

        It is in the journal when this returns, with the pictures; what is returned has it sent.
        """
        self.decisions.settle("question")
        self.unsent.write(text)
        if self.draft.edited is not None and self.draft.edited.is_answer:
            return self._corrections.store(self.unsent.entry, self.draft.edited)
        return self._deliveries.submit(self.draft)

    async def _begin(self, launch: LaunchOptions) -> None:
        if launch.model:
            await self.kept.load(launch.model, launch.adapter or "")
        reply = await self._link.ask(GetStatus())
        if reply is not None:
            self.model.note(reply)
            self.conversations.note(reply)
        await self.conversations.find_again()
        chat = await self.conversations.newest() if launch.continue_last else launch.chat
        opened = None
        if chat is not None:
            opened = await self.shown.open(chat, takes_typed=not self.has_begun)
        if opened is None and chat is not None and is_private(chat):
            self.shown.start_new()
            self._post(RequestRefused(PRIVATE_GONE))
        elif opened is None and chat is not None and chat == self.conversation:
            self.deletions.offer_restoring(
                "This conversation could not be opened again; it may have been deleted."
            )
        if launch.preset is not None:
            await self.preset.choose(launch.preset)
        if launch.adapter is not None and not launch.model:
            await self.kept.load_adapter(launch.adapter)
        await self.rolls.follow_again()
        await self._catch_up(opened)
        self._deliveries.has_begun.set()
        self.model.announce()

    async def _catch_up(self, shown: Conversation | None) -> None:
        """Brings back what is unsent, and sends what was sent without a reply."""
        if not self.has_begun:
            self.journal.inherit_first()
            self.unsent.show()
        await self._deliveries.catch_up(shown)
        self.unsent.show()
        self.unsent.claim()
        self._deliveries.start(self._forget_deleted())

    def _pass_on(self, event: SessionEvent) -> None:
        """Tells the screen of a draft, and the core of the turn that may come of it."""
        if isinstance(event, RequestRefused):
            # What is not sent is back in the prompt, to be changed or sent again.
            matter: Matter = "question" if self._link.is_open else "connection"
            self.decisions.need(Decision(matter, event.sentence))
            self.private.look()
            event = QuestionRefused(event.sentence)
        self._post(event)
        if isinstance(event, DraftChanged):
            self.unsent.note(event)

    async def _forget_deleted(self) -> None:
        """Lets go what windows before this one left of conversations that are long deleted."""
        if self.journal.has_left_conversations:
            stored = await self.conversations.all_ids()
            if stored is not None:
                self.journal.forget_deleted(stored)

    def _receive(self, event: AnyEvent) -> None:
        """Passes an event on unless it belongs to a conversation that is not on screen."""
        is_elsewhere = isinstance(event, TurnEvent) and event.conversation != self.conversation
        sent = self.unsent.entry.find_turn(event.turn) if isinstance(event, TurnWithdrawn) else None
        self._outgoing.note(event)
        self.unsent.show()
        self.model.note(event)
        self.kept.note(event)
        self.preset.note(event)
        self.conversations.note(event)
        self.deletions.note(event)
        self.rolls.note(event)
        if is_elsewhere:
            return
        match event:
            case PictureFetching():
                self._post(FetchProgressed(event))
            case PicturesOffered():
                self._deliveries.start(self._offered.take(event))
            case Notice(sentence=sentence):
                self._post(NoticeTold(sentence))
            case TurnWithdrawn(restored=restored):
                self.shown.show(restored)
                if room := offer_room(event, sent):
                    self.decisions.need(room)
            case ConversationOpened(conversation=it) if it.summary.id == self.conversation:
                self.shown.show(it)
            case _:
                self.turns.note(event)
        if isinstance(event, QueueChanged) and self.turns.are_none:
            # Its only message was taken out of the queue: it is gone.
            self.journal.entries.unname(event.conversation)
            self.shown.show(None)

    def _follow_shown(self, conversation: Conversation | None, is_inherited: bool) -> None:
        """Has everything else follow to the conversation that is on screen now."""
        self.turns.show(conversation)
        self.kept.show(conversation)
        self.preset.show()
        self.conversations.note_shown()
        self.unsent.prepare()
        if is_inherited:
            self._outgoing.recall_in(self.unsent.entry, conversation)
            self._deliveries.go_on(self.unsent.entry)

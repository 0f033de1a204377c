"""The conversation on screen, and everything that is asked of the core about it.

Knows no widget: it tells what happened through `ChatSession.events`, one event at a time.
"""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from ...core.conversation import Conversation
from ...core.errors import ConnectionLost, SeeshellError
from ...core.messages.events import (
    AnyEvent,
    ConversationOpened,
    ConversationsChanged,
    Notice,
    QueueChanged,
    TurnWithdrawn,
)
from ...core.messages.requests import (
    ForkConversation,
    GetStatus,
    LeaveOut,
    OpenConversation,
    StopTurn,
    SwitchBranch,
)
from .broadcast import Broadcast
from .context_room import offer_room
from .conversation_list import ConversationList
from .core_link import NO_CORE, Connect, CoreLink
from .corrections import Corrections
from .current_model import CurrentModel
from .decisions import Decision, Decisions, Matter
from .deletions import Deletions
from .deliveries import Deliveries
from .draft import Draft, SentTurn
from .events import (
    ConversationShown,
    CoreLost,
    DraftChanged,
    NoticeTold,
    PresetChanged,
    QuestionRefused,
    RequestRefused,
    SessionEvent,
)
from .journal import Journal
from .kept_model import KeptModel
from .kept_preset import KeptPreset
from .launch_options import LaunchOptions
from .outgoing import Outgoing
from .queue_requests import QueueRequests
from .shown_turns import ShownTurns, TurnEvent
from .shown_unsent import ShownUnsent

BranchRequest = ForkConversation | SwitchBranch | LeaveOut


class ChatSession:
    """One client of the core that shows one conversation at a time."""

    def __init__(self, connect: Connect, data_dir: Path, presets_file: Path) -> None:
        """Begins with a new conversation; `run` connects.

        Args:
            connect: reaches the core.
            data_dir: where all windows keep what is unsent.
            presets_file: where the user writes presets.
        """
        self.events = Broadcast()
        """What happens, for all who listen."""
        self._post = post = self.events.tell
        self._link = CoreLink(connect, post)
        self.journal = Journal(self._pass_on, data_dir)
        """Everything unsent in this window."""
        self._outgoing = Outgoing(self._link, self.journal, lambda: self.kept.choices_for_new)
        self.turns = ShownTurns(post)
        """Of the conversation on screen."""
        self.queue = QueueRequests(self._link, self.turns)
        self.decisions = Decisions(post)
        self.model = CurrentModel(self._link, post, self.turns, self.decisions)
        self.kept = KeptModel(
            self._link, self.model, self.turns, self.decisions, lambda: self.conversation
        )
        self.conversations = ConversationList(self._link, post, lambda: self.conversation)
        self.deletions = Deletions(
            self.conversations, self.decisions, lambda: self.conversation, self.open, self.start_new
        )
        self.unsent = ShownUnsent(self._link, self.journal, self._outgoing.checks, post)
        """What is being written in the conversation on screen, and sent."""
        self.preset = KeptPreset(self.kept, self.unsent, presets_file, post)
        self.events.listen(PresetChanged, self._measure_again)
        self._running = asyncio.Lock()
        """Held while connected: a second run begins when the first has left the core."""
        self._order = asyncio.Lock()
        """Held from a request about turns to its reply: events that follow wait for it."""
        self._deliveries = Deliveries(self.journal, self._outgoing, self._order, self.unsent.show)
        self._corrections = Corrections(
            self._link, self.journal, self._order, self._show_if_here, post
        )

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

    @property
    def is_ready(self) -> bool:
        """Whether a question asked now is answered at once."""
        return self.model.status.is_ready and self.turns.progress.step == "idle"

    @property
    def is_answering(self) -> bool:
        """Whether the conversation on screen has an open answer."""
        return self.turns.is_answering

    @property
    def can_take_back(self) -> bool:
        """Whether a message waits, in the core's queue or on its way there."""
        return bool(self.turns.queued or self.unsent.unacknowledged)

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
                    async with self._order:
                        self._receive(event)
                    if isinstance(event, ConversationsChanged):
                        await self.conversations.find_again()
            except SeeshellError as error:
                self._deliveries.is_core_lost = True
                self.turns.note_break()
                is_cut_off = isinstance(error, ConnectionLost)
                self.model.note_connection("cut off" if is_cut_off else "no core")
                self.unsent.forget_core()
                self._post(CoreLost(error))
            finally:
                await self._link.close()

    async def open(self, conversation: int) -> Conversation | None:
        """Shows a stored conversation, with its open answer if there is one; returns it."""
        return await self._show_reply(OpenConversation(conversation=conversation))

    async def branch(self, request: BranchRequest, message: int | None = None) -> bool:
        """Shows a fork, another branch with a message in view, or what is left out of this one.

        Returns:
            whether that was done.
        """
        return await self._show_reply(request, message) is not None

    def start_new(self) -> None:
        """Shows a new conversation; it is stored with its first message."""
        self.decisions.settle("question")
        self.journal.start_new()
        self._show(None)

    def submit(self, text: str) -> Coroutine[Any, Any, None]:
        """Sends a message; while another one is answered it waits in the core's queue.

        It is in the journal when this returns, with the pictures; what is returned has it sent.
        """
        self.decisions.settle("question")
        self.unsent.write(text)
        if self.draft.edited is not None and self.draft.edited.is_answer:
            return self._corrections.store(self.unsent.entry, self.draft.edited)
        return self._deliveries.submit(self.draft)

    async def regenerate(self, message: int) -> None:
        """Has an answer given again, or a question answered again."""
        if await self._link.is_connected():
            self.unsent.entry.turns.append(SentTurn("", regenerated=message, state="ready"))
            self.journal.note(self.unsent.entry)
            self.decisions.settle("question")
            await self._deliveries.send(self.unsent.entry)
        else:
            self._pass_on(RequestRefused(NO_CORE))

    async def stop(self) -> None:
        """Ends the open answer, of which stays what came; what else is queued is paused."""
        if self.conversation is not None and self.turns.can_stop:
            await self._link.ask(StopTurn(conversation=self.conversation))

    async def take_back(self, turn: str | None = None) -> None:
        """Takes a message that waits back into the prompt: the last one, or that with an id."""
        async with self._order:
            queued = self.turns.find(turn)
            if turn is None and self.unsent.unacknowledged:
                await self._outgoing.return_unacknowledged(self.unsent.entry)
            elif queued is not None and self.conversation is not None:
                was_all = self.turns.are_only(queued)
                it = self.conversation
                if await self._outgoing.remove_queued(it, queued, was_all=was_all) and was_all:
                    self._show(None)
            self.unsent.show()

    def close(self) -> None:
        """Leaves what is unsent to the next window."""
        self.journal.close()

    async def _begin(self, launch: LaunchOptions) -> None:
        if launch.model:
            await self.kept.load(launch.model, launch.adapter or "")
        reply = await self._link.ask(GetStatus())
        if reply is not None:
            self.model.note(reply)
            self.conversations.note(reply)
        await self.conversations.find("")
        chat = await self.conversations.newest() if launch.continue_last else launch.chat
        opened = None
        if chat is not None:
            request = OpenConversation(conversation=chat)
            opened = await self._show_reply(request, takes_typed=not self.has_begun)
        if opened is None and chat is not None and chat == self.conversation:
            self.deletions.offer_restoring(
                "This conversation could not be opened again; it may have been deleted."
            )
        if launch.preset is not None:
            await self.preset.choose(launch.preset)
        if launch.adapter is not None and not launch.model:
            await self.kept.load_adapter(launch.adapter)
        await self._catch_up(opened)
        self._deliveries.has_begun.set()
        self.model.announce()
        await self.unsent.attach(*launch.images)

    async def _catch_up(self, shown: Conversation | None) -> None:
        """Brings back what is unsent, and sends what was sent without a reply."""
        if not self.has_begun:
            self.journal.inherit_first()
            self.unsent.show()
        before = self.conversation
        await self._deliveries.catch_up(shown)
        if self.conversation != before:
            await self.conversations.find_again()
        self.unsent.show()
        self.unsent.claim()
        self._deliveries.start(self._forget_deleted())

    async def _show_reply(
        self,
        request: OpenConversation | BranchRequest,
        message: int | None = None,
        *,
        takes_typed: bool = False,
    ) -> Conversation | None:
        """Shows the conversation that the reply brings, with a message in view; returns it.

        What was typed for a new one until then goes along, if it `takes_typed`.
        """
        async with self._order:
            reply = await self._link.ask(request)
            if not isinstance(reply, ConversationOpened):
                return None
            if reply.conversation.summary.id != self.conversation:
                # A refused question stays in the prompt of its own conversation.
                self.decisions.settle("question")
            if takes_typed:
                self.journal.move_typed(reply.conversation.summary.id)
            self._show(reply.conversation, message)
            return reply.conversation

    def _pass_on(self, event: SessionEvent) -> None:
        """Tells the screen of a draft, and the core of the turn that may come of it."""
        if isinstance(event, RequestRefused):
            # What is not sent is back in the prompt, to be changed or sent again.
            matter: Matter = "question" if self._link.is_open else "connection"
            self.decisions.need(Decision(matter, event.sentence))
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

    def _measure_again(self, event: PresetChanged) -> None:
        """Has the pictures in the prompt show what they will take."""
        self._deliveries.start(self.unsent.measure_again(event.pixel_budget))

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
        if is_elsewhere:
            return
        match event:
            case Notice(sentence=sentence):
                self._post(NoticeTold(sentence))
            case TurnWithdrawn(restored=restored):
                self._show(restored)
                if room := offer_room(event, sent):
                    self.decisions.need(room)
            case ConversationOpened(conversation=it) if it.summary.id == self.conversation:
                self._show(it)
            case _:
                self.turns.note(event)
        if isinstance(event, QueueChanged) and self.turns.are_none:
            # Its only message was taken out of the queue: it is gone.
            self.journal.unname(event.conversation)
            self._show(None)

    def _show_if_here(self, conversation: Conversation, message: int) -> None:
        """Shows what has changed of a conversation, if it is the one on screen."""
        if conversation.summary.id == self.conversation:
            self._show(conversation, message)

    def _show(self, conversation: Conversation | None, message: int | None = None) -> None:
        is_inherited = conversation is not None and self.journal.inherit(conversation.summary.id)
        unsent = self.unsent.turn_to(conversation.summary.id if conversation else None)
        self.decisions.settle("conversation")
        self._post(ConversationShown(conversation, self.draft, message))
        self.turns.show(conversation)
        self.kept.show(conversation)
        self.preset.show()
        self.conversations.note_shown()
        self.unsent.prepare()
        if is_inherited:
            self._outgoing.recall_in(unsent, conversation)
            self._deliveries.go_on(unsent)

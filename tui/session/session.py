"""The conversation on screen, and everything that is asked of the core about it.

Knows no widget: it tells what happened through `ChatSession.events`, one event at a time.
"""

import asyncio
from pathlib import Path

from ...core.conversation import Conversation, Message
from ...core.errors import ConnectionLost, SeeshellError
from ...core.messages.events import (
    AnyEvent,
    ConversationDeleted,
    ConversationOpened,
    ConversationRestored,
    ConversationsChanged,
    Notice,
    QueueChanged,
    TurnWithdrawn,
)
from ...core.messages.requests import (
    ClaimPictures,
    ForkConversation,
    GetStatus,
    OpenConversation,
    PrepareTurn,
    StopTurn,
    SwitchBranch,
)
from .broadcast import Broadcast
from .conversation_list import ConversationList
from .core_link import Connect, CoreLink
from .current_model import CurrentModel
from .decisions import Decision, Decisions, Matter
from .draft import Draft
from .draft_file import DraftFile
from .drafts import Drafts
from .events import (
    ConversationShown,
    CoreLost,
    DraftChanged,
    DraftShown,
    NoticeTold,
    QuestionRefused,
    RequestRefused,
    SessionEvent,
)
from .launch_options import LaunchOptions
from .outgoing import Outgoing
from .picture_edits import PictureEdits
from .queue_requests import QueueRequests
from .quiet_requests import HIGHLIGHT_DELAY, QuietRequests
from .shown_turns import ShownTurns, TurnEvent

BranchRequest = ForkConversation | SwitchBranch


class ChatSession:
    """One client of the core that shows one conversation at a time."""

    def __init__(self, connect: Connect, draft_file: DraftFile) -> None:
        self.events = Broadcast()
        """What happens, for all who listen."""
        self._post = post = self.events.tell
        self._link = CoreLink(connect, post)
        self._preparing: QuietRequests[PrepareTurn] = QuietRequests(self._link)
        self._claiming = QuietRequests(self._link, ClaimPictures())
        self.drafts = Drafts(self._pass_on, draft_file)
        self._outgoing = Outgoing(self._link, self._pass_on, self.drafts)
        self.turns = ShownTurns(post)
        """Of the conversation on screen."""
        self.queue = QueueRequests(self._link, self.turns)
        self.decisions = Decisions(post)
        self.model = CurrentModel(self._link, post, self.turns, self.decisions)
        self.conversations = ConversationList(self._link, post, lambda: self.conversation)
        self.draft = self.drafts.find(None)
        """What is unsent of the conversation on screen."""
        self.pictures = PictureEdits(lambda: self.draft, self._pass_on, self._outgoing)
        self._deleted_here: int | None = None
        """The conversation that was deleted last while it was on screen."""
        self.has_begun = False
        """Whether what was asked for at the start is on screen."""
        self._running = asyncio.Lock()
        """Held while connected: a second run begins when the first has left the core."""
        self._order = asyncio.Lock()
        """Held from a request about turns to its reply: events that follow wait for it."""

    @property
    def conversation(self) -> int | None:
        """Id of the conversation on screen; None for a new one."""
        return self.draft.conversation

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
        return bool(self.turns.queued or self.drafts.find(self.conversation).outbox)

    @property
    def is_editing(self) -> bool:
        """Whether the prompt holds an earlier question."""
        return self.draft.edited is not None

    async def run(self, launch: LaunchOptions, *, replace_core: bool = False) -> None:
        """Connects, opens what the launch asks for and passes events on until the core is lost."""
        async with self._running:
            self.model.note_connection("connecting")
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
                self.turns.note_break()
                is_cut_off = isinstance(error, ConnectionLost)
                self.model.note_connection("cut off" if is_cut_off else "no core")
                self._preparing.forget()
                self._claiming.forget()
                self._post(CoreLost(error))
            finally:
                await self._link.close()

    async def open(self, conversation: int) -> Conversation | None:
        """Shows a stored conversation, with its open answer if there is one; returns it."""
        return await self._show_reply(OpenConversation(conversation=conversation))

    def note_highlight(self, conversation: int | None) -> None:
        """Prepares a conversation that may be opened next; None for the one on screen."""
        highlighted = PrepareTurn(conversation=conversation)
        turn = self.draft.next_turn if conversation is None else highlighted
        self._preparing.want(turn, delay=HIGHLIGHT_DELAY)

    async def branch(self, request: BranchRequest, message: int | None = None) -> None:
        """Shows a fork, or another branch with a message in view."""
        await self._show_reply(request, message)

    def begin_edit(self, question: Message, number: int) -> None:
        """Puts a question, the `number`th on screen, into the prompt to be sent in its place."""
        if self.conversation is not None:
            self.drafts.begin_edit(self.conversation, question, number)
            self._show_draft()

    def leave_edit(self) -> None:
        """Gives the draft back that was in the prompt before the edit."""
        self.drafts.end_edit(self.draft)
        self._show_draft()

    def start_new(self) -> None:
        """Shows a new conversation; it is stored with its first message."""
        self._show(None)

    async def delete(self, conversation: int) -> None:
        """Deletes a conversation, which can be undone; a new one takes its place on screen."""
        if await self.conversations.delete(conversation) and conversation == self.conversation:
            self._deleted_here = conversation
            self.start_new()

    async def restore_deleted(self, conversation: int | None = None) -> None:
        """Undoes a deletion: that of a conversation, or the last one; it is shown as before."""
        restored = self.conversations.last_deleted if conversation is None else conversation
        if restored is None or not await self.conversations.restore(restored):
            return
        if restored == self._deleted_here and self.conversation is None:
            await self.open(restored)

    async def restore_shown(self) -> None:
        """Restores the conversation on screen, which was deleted elsewhere."""
        conversation = self.conversation
        if conversation is not None and await self.conversations.restore(conversation):
            await self.open(conversation)

    async def attach(self, path: Path) -> None:
        """Adds a picture to the next message."""
        await self._outgoing.attach(self.draft, path)

    async def submit(self, text: str) -> None:
        """Sends a message; while another one is answered it waits in the core's queue."""
        draft = self.draft
        if await self._outgoing.line_up(draft, text):
            self.decisions.settle("question")
            self._show_draft(takes_typed=True)
            await self._send(self.drafts.find(draft.conversation))

    async def regenerate(self, message: int) -> None:
        """Has an answer given again, or a question answered again."""
        draft = self.drafts.find(self.conversation)
        if await self._outgoing.line_up_again(draft, message):
            self.decisions.settle("question")
            await self._send(draft)

    async def stop(self) -> None:
        """Ends the open answer, of which stays what came; what else is queued is paused."""
        if self.conversation is not None and self.turns.can_stop:
            await self._link.ask(StopTurn(conversation=self.conversation))

    async def take_back(self, turn: str | None = None) -> None:
        """Takes a message that waits back into the prompt: the last one, or that with an id."""
        async with self._order:
            queued, draft = self.turns.find(turn), self.drafts.find(self.conversation)
            if turn is None and draft.outbox:
                self._outgoing.return_unacknowledged(draft)
            elif queued is not None and draft.conversation is not None:
                was_all = self.turns.are_only(queued)
                it = draft.conversation
                if await self._outgoing.remove_queued(it, queued, was_all=was_all) and was_all:
                    self._show(None)
            self._show_draft()

    async def _begin(self, launch: LaunchOptions) -> None:
        if launch.model:
            await self.model.load(launch.model)
        reply = await self._link.ask(GetStatus())
        if reply is not None:
            self.model.note(reply)
            self.conversations.note(reply)
        await self.conversations.find("")
        chat = await self.conversations.newest() if launch.continue_last else launch.chat
        opened = None if chat is None else await self.open(chat)
        if opened is None and chat is not None and chat == self.conversation:
            self._offer_restoring(
                "This conversation could not be opened again; it may have been deleted."
            )
        await self._catch_up(opened)
        self.has_begun = True
        self.model.announce()
        for path in launch.images:
            await self.attach(path)

    async def _catch_up(self, shown: Conversation | None) -> None:
        """Brings back what is unsent, and sends what was sent without a reply."""
        await self._outgoing.restore()
        await self._outgoing.recall(shown)
        before = self.conversation
        async with self._order:
            await self._outgoing.send_again()
        if self.conversation != before:
            await self.conversations.find_again()
        self._show_draft()
        self._claim()

    async def _show_reply(
        self, request: OpenConversation | BranchRequest, message: int | None = None
    ) -> Conversation | None:
        """Shows the conversation that the reply brings, with a message in view; returns it."""
        async with self._order:
            reply = await self._link.ask(request)
            if not isinstance(reply, ConversationOpened):
                return None
            self._show(reply.conversation, message)
            return reply.conversation

    async def _send(self, draft: Draft) -> None:
        async with self._order:
            await self._outgoing.send(draft)
            self._show_draft()

    def _show_draft(self, *, takes_typed: bool = False) -> None:
        """Shows what is in the prompt of the conversation on screen, if that is another draft."""
        draft = self.drafts.shown(self.conversation)
        if draft is not self.draft:
            self.draft = draft
            self._post(DraftShown(draft, takes_typed))
            self._prepare()
            self._claim()

    def _pass_on(self, event: SessionEvent) -> None:
        """Tells the screen of a draft, and the core of the turn that may come of it."""
        if isinstance(event, RequestRefused):
            # What is not sent is back in the prompt, to be changed or sent again.
            matter: Matter = "question" if self._link.is_open else "connection"
            self.decisions.need(Decision(matter, event.sentence))
            event = QuestionRefused(event.sentence)
        self._post(event)
        if isinstance(event, DraftChanged):
            self._claim()
            if event.draft is self.draft:
                self._prepare()

    def _prepare(self) -> None:
        self._preparing.want(self.draft.next_turn)

    def _claim(self) -> None:
        self._claiming.want(self.drafts.claim)

    def _receive(self, event: AnyEvent) -> None:
        """Passes an event on unless it belongs to a conversation that is not on screen."""
        is_elsewhere = isinstance(event, TurnEvent) and event.conversation != self.conversation
        self._outgoing.note(event)
        self.model.note(event)
        self.conversations.note(event)
        if is_elsewhere:
            return
        match event:
            case Notice(sentence=sentence):
                self._post(NoticeTold(sentence))
            case ConversationDeleted(conversation=it) if it == self.conversation:
                self._offer_restoring("This conversation was deleted in another window.")
            case ConversationRestored(conversation=it) if it == self.conversation:
                self.decisions.settle("conversation")
            case TurnWithdrawn(restored=restored):
                self._show(restored)
            case ConversationOpened(conversation=it) if it.summary.id == self.conversation:
                self._show(it)
            case _:
                self.turns.note(event)
        if isinstance(event, QueueChanged) and self.turns.are_none:
            # Its only message was taken out of the queue: it is gone.
            self.drafts.unname(event.conversation)
            self._show(None)

    def _show(self, conversation: Conversation | None, message: int | None = None) -> None:
        self.draft = self.drafts.shown(conversation.summary.id if conversation else None)
        self.decisions.settle("conversation")
        shown = ConversationShown(conversation, self.draft, message, takes_typed=not self.has_begun)
        self._post(shown)
        self.turns.show(conversation)
        self.conversations.note_shown()
        self._prepare()

    def _offer_restoring(self, sentence: str) -> None:
        self.decisions.need(Decision("conversation", sentence, ("restore", "start new")))

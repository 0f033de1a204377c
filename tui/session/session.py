"""The conversation on screen, and everything that is asked of the core about it.

Knows no widget: it tells what happened through `ChatSession.events`, one event at a time.
"""

import asyncio
from pathlib import Path

from ...core.conversation import Conversation, Message
from ...core.errors import SeeshellError
from ...core.messages.events import (
    AnyEvent,
    ConversationOpened,
    ConversationsChanged,
    ModelLoaded,
    QueueChanged,
    TurnWithdrawn,
)
from ...core.messages.requests import (
    ClaimPictures,
    ForkConversation,
    GetStatus,
    LoadModel,
    OpenConversation,
    PrepareTurn,
    StopTurn,
    SwitchBranch,
)
from .broadcast import Broadcast
from .chat_status import ChatStatus
from .conversation_list import ConversationList
from .core_link import Connect, CoreLink
from .draft import Draft
from .draft_file import DraftFile
from .drafts import Drafts
from .events import (
    ConversationShown,
    CoreLost,
    DraftChanged,
    DraftShown,
    SessionEvent,
    StatusChanged,
)
from .launch_options import LaunchOptions
from .news import News
from .outgoing import Outgoing
from .quiet_requests import HIGHLIGHT_DELAY, QuietRequests
from .shown_turns import ShownTurns, TurnEvent

BranchRequest = ForkConversation | SwitchBranch


class ChatSession:
    """One client of the core that shows one conversation at a time."""

    def __init__(self, connect: Connect, draft_file: DraftFile) -> None:
        self.status = ChatStatus()
        self.events = Broadcast()
        """What happens, for all who listen."""
        self._post = post = self.events.tell
        self._link = CoreLink(connect, post)
        self._preparing: QuietRequests[PrepareTurn] = QuietRequests(self._link)
        self._claiming = QuietRequests(self._link, ClaimPictures())
        self.drafts = Drafts(self._pass_on, draft_file)
        self._outgoing = Outgoing(self._link, self._pass_on, self.drafts)
        self.turns = ShownTurns(self._link, post)
        """Of the conversation on screen."""
        self._news = News(post, self.turns)
        self.conversations = ConversationList(self._link, post)
        self.draft = self.drafts.find(None)
        """What is unsent of the conversation on screen."""
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
            self._set_status(ChatStatus())
            try:
                await self._link.open(replace_core=replace_core)
                await self._begin(launch)
                async for event in self._link.events():
                    async with self._order:
                        self._receive(event)
                    if isinstance(event, ConversationsChanged):
                        await self.conversations.find_again()
            except SeeshellError as error:
                self.turns.is_answering = False
                self._set_status(ChatStatus(state="no core"))
                self._preparing.forget()
                self._claiming.forget()
                self._post(CoreLost(error))
            finally:
                await self._link.close()

    async def open(self, conversation: int) -> Conversation | None:
        """Shows a stored conversation, with its open answer if there is one; returns it."""
        return await self._show_reply(OpenConversation(conversation=conversation))

    def note_highlight(self, conversation: int | None) -> None:
        """Has a conversation prepared that may be opened; None for the one on screen again."""
        highlighted = PrepareTurn(conversation=conversation)
        wish = self.draft.next_turn if conversation is None else highlighted
        self._preparing.want(wish, delay=HIGHLIGHT_DELAY)

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
        """Deletes a conversation; a new one takes its place on screen."""
        if await self.conversations.delete(conversation) and conversation == self.conversation:
            self.start_new()

    async def restore_deleted(self) -> None:
        """Takes the last deletion back and shows the conversation again."""
        if (conversation := await self.conversations.restore()) is not None:
            await self.open(conversation)

    async def load_model(self, source: str) -> None:
        """Switches the core to another model."""
        await self._link.ask(LoadModel(model=source))

    async def attach(self, path: Path) -> None:
        """Adds a picture to the next message."""
        await self._outgoing.attach(self.draft, path)

    def detach_last(self) -> None:
        """Takes the last picture off the next message."""
        self._outgoing.detach_last(self.draft)

    async def submit(self, text: str) -> None:
        """Sends a message; while another one is answered it waits in the core's queue."""
        draft = self.draft
        if await self._outgoing.line_up(draft, text):
            self._show_draft(takes_typed=True)
            await self._send(self.drafts.find(draft.conversation))

    async def regenerate(self, message: int) -> None:
        """Has an answer given again, or a question answered again."""
        draft = self.drafts.find(self.conversation)
        if await self._outgoing.line_up_again(draft, message):
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
            await self.load_model(launch.model)
        reply = await self._link.ask(GetStatus())
        if reply is not None:
            self._set_status(self.status.after(reply))
        await self.conversations.find("")
        chat = await self.conversations.newest() if launch.continue_last else launch.chat
        await self._catch_up(None if chat is None else await self.open(chat))
        self.has_begun = True
        self._news.announce(self.status)
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
        self._news.note(event)
        if is_elsewhere:
            return
        self._set_status(self.status.after(event))
        match event:
            case TurnWithdrawn(restored=restored):
                self._show(restored)
            case ConversationOpened(conversation=it) if it.summary.id == self.conversation:
                self._show(it)
            case ModelLoaded():
                self._news.announce(self.status)
            case _:
                self.turns.note(event)
        if isinstance(event, QueueChanged) and self.turns.are_none:
            # Its only message was taken out of the queue: it is gone.
            self.drafts.unname(event.conversation)
            self._show(None)
        if not self.is_answering:
            self._set_status(self.status.waiting(self.turns.are_due))

    def _show(self, conversation: Conversation | None, message: int | None = None) -> None:
        self.draft = self.drafts.shown(conversation.summary.id if conversation else None)
        self._set_status(self.status.showing(conversation.messages if conversation else ()))
        shown = ConversationShown(conversation, self.draft, message, takes_typed=not self.has_begun)
        self._post(shown)
        self.turns.show(conversation)
        self._prepare()

    def _set_status(self, status: ChatStatus) -> None:
        if status is not self.status:
            self.status = status
            self._post(StatusChanged(status))

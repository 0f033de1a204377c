"""The conversation on screen, and everything that is asked of the core about it.

Knows no widget: it tells the screen what happened through `post`, one `SessionEvent` at a time.
"""

import asyncio
from pathlib import Path

from ..core.conversation import Conversation, Message, Queue
from ..core.errors import SeeshellError
from ..core.messages.events import (
    AnyEvent,
    ConversationOpened,
    ConversationsChanged,
    CoreStatus,
    Delta,
    ModelFailed,
    Prefilled,
    QueueChanged,
    TurnEnded,
    TurnFailed,
    TurnStarted,
    TurnWithdrawn,
)
from ..core.messages.requests import (
    ClaimPictures,
    ForkConversation,
    GetStatus,
    LoadModel,
    OpenConversation,
    PrepareTurn,
    StopTurn,
    SwitchBranch,
)
from .chat_status import ChatStatus
from .conversation_list import ConversationList
from .core_link import Connect, CoreLink, Post
from .draft import Draft
from .draft_file import DraftFile
from .drafts import Drafts
from .launch import Launch
from .outgoing import Outgoing
from .quiet_requests import HIGHLIGHT_DELAY, QuietRequests
from .session_events import (
    AnswerEnded,
    AnswerGrew,
    AnswerStarted,
    ConversationShown,
    CoreLost,
    DraftChanged,
    DraftShown,
    RequestRefused,
    SessionEvent,
    StatusChanged,
)
from .shown_queue import ShownQueue

BranchRequest = ForkConversation | SwitchBranch

_TurnEvent = QueueChanged | TurnStarted | Prefilled | Delta | TurnEnded | TurnFailed | TurnWithdrawn


class ChatSession:
    """One client of the core that shows one conversation at a time."""

    def __init__(self, connect: Connect, post: Post, draft_file: DraftFile) -> None:
        self.status = ChatStatus()
        self._post = post
        self._link = CoreLink(connect, post)
        self._preparing: QuietRequests[PrepareTurn] = QuietRequests(self._link)
        self._claiming = QuietRequests(self._link, ClaimPictures())
        self._drafts = Drafts(self._pass_on, draft_file)
        self._outgoing = Outgoing(self._link, self._pass_on, self._drafts)
        self.queue = ShownQueue(self._link, post)
        """What waits in the conversation on screen."""
        self.conversations = ConversationList(self._link, post)
        self.draft = self._drafts.find(None)
        """What is unsent of the conversation on screen."""
        self.has_begun = False
        """Whether what was asked for at the start is on screen."""
        self._has_messages = False
        self._is_answering = False
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
        return self._is_answering

    @property
    def can_stop(self) -> bool:
        """Whether something is being computed for it, or about to be."""
        return self.is_answering or self.queue.is_running

    @property
    def can_take_back(self) -> bool:
        """Whether a message waits, in the core's queue or on its way there."""
        return bool(self.queue.turns or self._drafts.find(self.conversation).outbox)

    @property
    def is_editing(self) -> bool:
        """Whether the prompt holds an earlier question."""
        return self.draft.edited is not None

    async def run(self, launch: Launch, *, replace_core: bool = False) -> None:
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
                self._is_answering = False
                self._set_status(ChatStatus(state="no core"))
                self._preparing.forget()
                self._claiming.forget()
                self._post(CoreLost(error))
            finally:
                await self._link.close()

    async def open(self, conversation: int) -> None:
        """Shows a stored conversation, with its open answer if there is one."""
        await self._show_reply(OpenConversation(conversation=conversation))

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
            self._drafts.begin_edit(self.conversation, question, number)
            self._show_draft()

    def leave_edit(self) -> None:
        """Gives the draft back that was in the prompt before the edit."""
        self._drafts.end_edit(self.draft)
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
        conversation = await self.conversations.restore()
        if conversation is not None:
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

    def save_drafts(self) -> None:
        """Stores what is unsent of all conversations."""
        self._drafts.save()

    async def submit(self, text: str) -> None:
        """Sends a message; while another one is answered it waits in the core's queue."""
        draft = self.draft
        if await self._outgoing.line_up(draft, text):
            self._show_draft(takes_typed=True)
            await self._send(self._drafts.find(draft.conversation))

    async def regenerate(self, message: int) -> None:
        """Has an answer given again, or a question answered again."""
        draft = self._drafts.find(self.conversation)
        if await self._outgoing.line_up_again(draft, message):
            await self._send(draft)

    async def stop(self) -> None:
        """Ends the open answer, of which stays what came; what else is queued is paused."""
        if self.conversation is not None and self.can_stop:
            await self._link.ask(StopTurn(conversation=self.conversation))

    async def take_back(self, turn: str | None = None) -> None:
        """Takes a message that waits back into the prompt: the last one, or that with an id."""
        async with self._order:
            queued, draft = self.queue.find(turn), self._drafts.find(self.conversation)
            if turn is None and draft.outbox:
                self._outgoing.return_unacknowledged(draft)
            elif queued is not None and draft.conversation is not None:
                was_all = not self._has_messages and len(self.queue.turns) == 1
                it = draft.conversation
                if await self._outgoing.remove_queued(it, queued, was_all=was_all) and was_all:
                    self._show(None)
            self._show_draft()

    async def _begin(self, launch: Launch) -> None:
        if launch.model:
            await self.load_model(launch.model)
        reply = await self._link.ask(GetStatus())
        if isinstance(reply, CoreStatus):
            self._set_status(self.status.after(reply))
        await self.conversations.find("")
        chat = launch.chat
        if launch.continue_last:
            chat = await self.conversations.newest()
        shown = None
        if chat is not None:
            shown = await self._show_reply(OpenConversation(conversation=chat))
        await self._catch_up(shown)
        self.has_begun = True
        for path in launch.images:
            await self.attach(path)

    async def _catch_up(self, shown: Conversation | None) -> None:
        """Brings back what is unsent, and sends what was sent without a reply."""
        await self._outgoing.restore()
        await self._outgoing.recall(shown)
        before = self.conversation
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
        draft = self._drafts.shown(self.conversation)
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
        self._claiming.want(self._drafts.claim)

    def _receive(self, event: AnyEvent) -> None:
        """Passes an event on unless it belongs to a conversation that is not on screen."""
        is_elsewhere = isinstance(event, _TurnEvent) and event.conversation != self.conversation
        self._outgoing.note(event)
        if is_elsewhere:
            return
        self._set_status(self.status.after(event))
        match event:
            case QueueChanged(queue=turns, is_paused=is_paused):
                self.queue.show(Queue(turns, is_paused))
                if not turns and not self._has_messages:
                    # Its only message was taken out of the queue: it is gone.
                    self._drafts.unname(event.conversation)
                    self._show(None)
            case TurnStarted(user_message=question, answer=answer):
                self._start_answer(question, answer)
            case Delta(message=message, text=text):
                self._post(AnswerGrew(message, text))
            case TurnEnded(message=message) | TurnFailed(message=message):
                self._is_answering = False
                self._post(AnswerEnded(message))
            case TurnWithdrawn(restored=restored):
                self._show(restored)
            case ConversationOpened(conversation=it) if it.summary.id == self.conversation:
                self._show(it)
            case ModelFailed(sentence=sentence):
                self._post(RequestRefused(sentence))
        self._set_status(self.status.waiting(self.queue.is_running and not self.is_answering))

    def _start_answer(self, question: Message, answer: Message) -> None:
        """Shows a turn that was taken; of one that has ended already it tells only the first."""
        if answer.is_open or not self._has_messages:
            self._is_answering = answer.is_open
            self._has_messages = True
            self._post(AnswerStarted(question, answer))

    def _show(self, conversation: Conversation | None, message: int | None = None) -> None:
        self.draft = self._drafts.shown(conversation.summary.id if conversation else None)
        messages = conversation.messages if conversation else ()
        self._has_messages = bool(messages)
        self._is_answering = bool(messages) and messages[-1].is_open
        self._set_status(self.status.showing(messages))
        takes_typed = not self.has_begun
        self._post(ConversationShown(conversation, self.draft, message, takes_typed))
        queue = Queue(conversation.queue, conversation.is_paused) if conversation else Queue()
        self.queue.show(queue)
        self._prepare()

    def _set_status(self, status: ChatStatus) -> None:
        if status is not self.status:
            self.status = status
            self._post(StatusChanged(status))

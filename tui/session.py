"""The conversation on screen, and everything that is asked of the core about it.

Knows no widget: it tells the screen what happened through `post`, one `SessionEvent` at a time.
"""

import asyncio
from pathlib import Path

from ..core.conversation import Conversation, Message
from ..core.errors import SeeshellError
from ..core.messages.events import (
    AnyEvent,
    ConversationOpened,
    ConversationsChanged,
    ConversationsListed,
    CoreStatus,
    Delta,
    ModelFailed,
    TurnEnded,
    TurnFailed,
    TurnQueued,
    TurnWithdrawn,
)
from ..core.messages.requests import (
    DeleteConversation,
    ForkConversation,
    GetStatus,
    ListConversations,
    LoadModel,
    OpenConversation,
    PrepareTurn,
    RegenerateAnswer,
    RenameConversation,
    Request,
    StopTurn,
    SwitchBranch,
)
from .chat_status import ChatStatus
from .core_link import Connect, CoreLink, Post
from .draft import Draft
from .draft_file import DraftFile
from .launch import Launch
from .open_answers import OpenAnswers, TurnEvent
from .outgoing import Outgoing
from .preparing import HIGHLIGHT_DELAY, Preparing
from .session_events import (
    AnswerEnded,
    AnswerGrew,
    ConversationsFound,
    ConversationShown,
    CoreLost,
    DraftChanged,
    DraftShown,
    RequestRefused,
    SessionEvent,
    StatusChanged,
    TurnStarted,
)

BranchRequest = RegenerateAnswer | ForkConversation | SwitchBranch


class ChatSession:
    """One client of the core that shows one conversation at a time."""

    def __init__(self, connect: Connect, post: Post, draft_file: DraftFile) -> None:
        self.status = ChatStatus()
        self._post = post
        self._link = CoreLink(connect, post)
        self._preparing = Preparing(self._link)
        self._outgoing = Outgoing(self._link, self._pass_on, draft_file)
        self.draft = self._outgoing.draft_of(None)
        """What is unsent of the conversation on screen."""
        self.has_begun = False
        """Whether what was asked for at the start is on screen."""
        self._answering = OpenAnswers()
        self._query = ""
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
        return self.conversation in self._answering

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
                    await self._follow_up(event)
            except SeeshellError as error:
                self._answering.clear()
                self._set_status(ChatStatus(state="no core"))
                self._preparing.forget()
                self._outgoing.return_all_waiting()
                self._post(CoreLost(error))
            finally:
                await self._link.close()

    async def open(self, conversation: int) -> None:
        """Shows a stored conversation, with its open answer if there is one."""
        await self._ask_in_order(OpenConversation(conversation=conversation))

    def note_highlight(self, conversation: int | None) -> None:
        """Has a conversation prepared that may be opened; None for the one on screen again."""
        highlighted = PrepareTurn(conversation=conversation)
        wish = self.draft.next_turn if conversation is None else highlighted
        self._preparing.want(wish, delay=HIGHLIGHT_DELAY)

    async def branch(self, request: BranchRequest, message: int | None = None) -> None:
        """Shows an answer that is given again, a fork, or another branch with a message in view."""
        await self._ask_in_order(request, message)

    def begin_edit(self, question: Message, number: int) -> None:
        """Puts a question, the `number`th on screen, into the prompt to be sent in its place."""
        if self.conversation is not None:
            self._show_draft(self._outgoing.begin_edit(self.conversation, question, number))

    def leave_edit(self) -> None:
        """Gives the draft back that was in the prompt before the edit."""
        self._end_edit(self.draft, was_sent=False)

    def start_new(self) -> None:
        """Shows a new conversation; it is stored with its first message."""
        self._show(None)

    async def find_conversations(self, query: str) -> None:
        """Lists the conversations whose title or messages hold the words."""
        self._query = query
        reply = await self._link.ask(ListConversations(query=query))
        if isinstance(reply, ConversationsListed):
            self._post(ConversationsFound(reply.conversations))

    async def rename(self, conversation: int, title: str) -> None:
        """Gives a conversation a title."""
        await self._link.ask(RenameConversation(conversation=conversation, title=title))

    async def delete(self, conversation: int) -> None:
        """Deletes a conversation for good; a new one takes its place on screen."""
        reply = await self._link.ask(DeleteConversation(conversation=conversation))
        if reply is not None and conversation == self.conversation:
            self.start_new()

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
        self._outgoing.save()

    async def submit(self, text: str) -> None:
        """Sends a message; while an answer is open it waits for that one's end."""
        draft = self.draft
        if await self._outgoing.line_up(draft, text):
            async with self._order:
                await self._send_waiting(draft)

    async def stop(self) -> None:
        """Ends the open answer; what came of it stays."""
        if self.conversation is not None and self.is_answering:
            await self._link.ask(StopTurn(conversation=self.conversation))

    async def _begin(self, launch: Launch) -> None:
        if launch.model:
            await self.load_model(launch.model)
        reply = await self._link.ask(GetStatus())
        if isinstance(reply, CoreStatus):
            self._set_status(self.status.after(reply))
        await self.find_conversations("")
        chat = launch.chat
        if launch.continue_last:
            newest = await self._link.ask(ListConversations(limit=1))
            if isinstance(newest, ConversationsListed) and newest.conversations:
                chat = newest.conversations[0].id
        if chat is not None:
            await self.open(chat)
        await self._outgoing.restore()
        await self._outgoing.recall()
        self._show_draft(self._outgoing.shown_draft(self.conversation))
        self.has_begun = True
        for path in launch.images:
            await self.attach(path)

    async def _ask_in_order(self, request: Request, message: int | None = None) -> None:
        """Shows what the reply brings: a turn, or a conversation with a message in view."""
        async with self._order:
            reply = await self._link.ask(request)
            if isinstance(reply, ConversationOpened):
                self._show(reply.conversation, message)
            elif isinstance(reply, TurnQueued):
                self._receive(reply)

    async def _send_waiting(self, draft: Draft) -> None:
        """Sends the oldest waiting message unless an answer is open; the lock is held.

        An edit does not wait: until the answer has ended there may be no such question any more.
        """
        if draft.waiting and (draft.edited or draft.conversation not in self._answering):
            queued = await self._outgoing.send_next(draft)
            if queued is not None:
                self._end_edit(draft, was_sent=True)
                self._receive(queued)

    def _end_edit(self, draft: Draft, *, was_sent: bool) -> None:
        if draft.edited:
            self._outgoing.end_edit(draft)
            if self.draft is draft:
                self._show_draft(self._outgoing.draft_of(draft.conversation), takes_typed=was_sent)

    def _show_draft(self, draft: Draft, *, takes_typed: bool = False) -> None:
        if draft is not self.draft:
            self.draft = draft
            self._post(DraftShown(draft, takes_typed))
            self._prepare()

    def _pass_on(self, event: SessionEvent) -> None:
        """Tells the screen of a draft, and the core of the turn that may come of it."""
        self._post(event)
        if isinstance(event, DraftChanged) and event.draft is self.draft:
            self._prepare()

    def _prepare(self) -> None:
        self._preparing.want(self.draft.next_turn)

    def _receive(self, event: AnyEvent) -> None:
        """Passes an event on unless it belongs to a conversation that is not on screen."""
        self._answering.note(event)
        is_elsewhere = isinstance(event, TurnEvent) and event.conversation != self.conversation
        self._outgoing.note(event)
        if is_elsewhere:
            return
        self._set_status(self.status.after(event))
        match event:
            case TurnQueued(user_message=user_message, answer=answer):
                self._post(TurnStarted(user_message, answer))
                self._prepare()
            case Delta(message=message, text=text):
                self._post(AnswerGrew(message, text))
            case TurnEnded(message=message) | TurnFailed(message=message):
                self._post(AnswerEnded(message))
            case TurnWithdrawn(restored=restored):
                self._show(restored)
            case ConversationOpened(conversation=it) if it.summary.id == self.conversation:
                self._show(it)
            case ModelFailed(sentence=sentence):
                self._post(RequestRefused(sentence))

    async def _follow_up(self, event: AnyEvent) -> None:
        """Does what an event makes due: lists conversations again, sends what waited for it."""
        match event:
            case ConversationsChanged():
                await self.find_conversations(self._query)
            case TurnEnded(message=Message(finish_reason="stop" | "length")):
                async with self._order:
                    await self._send_waiting(self._outgoing.draft_of(event.conversation))
            case TurnEnded() | TurnFailed():
                self._outgoing.return_waiting(self._outgoing.draft_of(event.conversation))

    def _show(self, conversation: Conversation | None, message: int | None = None) -> None:
        self.draft = self._outgoing.shown_draft(conversation.summary.id if conversation else None)
        messages = conversation.messages if conversation else ()
        if self.conversation is not None:
            self._answering.note_branch(self.conversation, messages)
        self._set_status(self.status.showing(messages))
        takes_typed = not self.has_begun
        self._post(ConversationShown(conversation, self.draft, message, takes_typed))
        self._prepare()

    def _set_status(self, status: ChatStatus) -> None:
        if status is not self.status:
            self.status = status
            self._post(StatusChanged(status))

"""The session manager: carries out what clients ask, and keeps conversations and turns together."""

import asyncio
import os
import time
from pathlib import Path
from typing import assert_never

from ..conversation import Conversation
from ..engine.engine import AnswerOptions, Engine
from ..errors import BadRequest, ImageError
from ..messages.events import (
    AnyEvent,
    Attached,
    ConversationOpened,
    ConversationsChanged,
    ConversationsListed,
    CoreStatus,
    Done,
    EngineState,
)
from ..messages.requests import (
    AnyRequest,
    Attach,
    DeleteConversation,
    EditQuestion,
    ForkConversation,
    GetStatus,
    Hello,
    ListConversations,
    LoadModel,
    OpenConversation,
    PrepareTurn,
    RegenerateAnswer,
    RenameConversation,
    Shutdown,
    StopTurn,
    SubmitTurn,
    SwitchBranch,
)
from ..settings import Paths, Settings
from ..store.archive import Archive
from .model_loader import ModelLoader
from .submissions import Submissions
from .subscribers import Subscriber, Subscribers
from .turn_queue import TurnQueue
from .work_ahead import Preparations, Wish


class Sessions:
    """Every conversation, the turns that are open in them, and the clients that follow."""

    def __init__(
        self, archive: Archive, engine: Engine, paths: Paths, settings: Settings, version: str
    ) -> None:
        self._archive = archive
        self._engine = engine
        self._paths = paths
        self._version = version
        self._started_at = time.monotonic()
        self.used_at = self._started_at
        """When a client was connected, or asked for something, last."""
        self.subscribers = Subscribers()
        self._loader = ModelLoader(engine, self.subscribers)
        self._preparations = Preparations(engine, archive)
        options = AnswerOptions(settings.max_tokens, settings.temperature)
        self._turns = TurnQueue(
            engine, archive, self._loader, self.subscribers, self._preparations, options
        )
        self._submissions = Submissions(
            engine, archive, self._turns, self._preparations, self.subscribers
        )
        self.work = asyncio.create_task(self._work())
        """The work on turns and models; ends only by an error or `close`."""
        self.shutdown_asked = asyncio.Event()
        """Set when a client wants the core to end."""

    def note_use(self) -> None:
        """Counts the core as in use until now."""
        self.used_at = time.monotonic()

    @property
    def is_busy(self) -> bool:
        """Whether a turn is open or a model is being loaded."""
        return bool(self._turns) or self._loader.is_behind

    def add_client(self, client: Subscriber) -> None:
        """Lets a client hear of everything from now on, and of a load that is under way."""
        self.note_use()
        self.subscribers.add(client)
        if self._loader.progress is not None:
            client.put(self._loader.progress)

    def remove_client(self, client: Subscriber) -> None:
        """Tells a client nothing more and forgets what it wanted next."""
        self.subscribers.remove(client)
        self._preparations.drop(client)

    def load_model(self, source: str) -> None:
        """Switches to a model; events tell how that goes."""
        self._turns.load(source)

    async def close(self) -> None:
        """Stops and stores every open turn, and ends all work."""
        self._submissions.are_closed = True
        self._preparations.pause(self)
        await self._turns.close()
        self.work.cancel()
        await asyncio.wait([self.work])

    async def carry_out(self, request: AnyRequest, client: Subscriber) -> tuple[AnyEvent, ...]:
        """Does what the client asks; returns the reply and the events to send right after it.

        Raises:
            SeeshellError: nothing was changed.
        """
        match request:
            case Hello():
                raise BadRequest("This connection is open already.")
            case GetStatus():
                return (self._status(),)
            case Shutdown():
                self.shutdown_asked.set()
                return (Done(),)
            case LoadModel(model=source):
                return (self._load_model(source),)
            case Attach():
                return (await self._attach(request),)
            case SubmitTurn() | EditQuestion() | RegenerateAnswer():
                return (await self._submissions.take(request, client),)
            case PrepareTurn(conversation=conversation, attachments=attachments, edited=edited):
                self._preparations.want(client, Wish(conversation, attachments, edited))
                return (Done(),)
            case StopTurn(conversation=conversation):
                return (await self._stop(conversation),)
            case OpenConversation(conversation=conversation):
                return await self._open(conversation, client)
            case ForkConversation():
                return (await self._fork(request, client),)
            case SwitchBranch():
                return (await self._switch(request, client),)
            case DeleteConversation(conversation=conversation):
                return (await self._delete(conversation),)
            case ListConversations() | RenameConversation():
                return (await self._tend(request),)
            case _:
                assert_never(request)

    async def _work(self) -> None:
        await asyncio.gather(self._turns.run(), self._preparations.run())

    def _load_model(self, source: str) -> Done:
        if not source.strip():
            raise BadRequest("Name a model: a folder, a repository id, demo or an address.")
        self.load_model(source.strip())
        return Done()

    async def _tend(self, request: ListConversations | RenameConversation) -> AnyEvent:
        store = self._archive.store
        match request:
            case ListConversations(query=query, limit=limit):
                found = await self._archive.run(store.list_conversations, query, limit)
                return ConversationsListed(conversations=found)
            case RenameConversation(conversation=conversation, title=title):
                await self._archive.run(store.rename_conversation, conversation, title)
        self.subscribers.publish(ConversationsChanged())
        return Done()

    async def _attach(self, request: Attach) -> Attached:
        source = Path(request.path)
        if not source.is_absolute():
            raise ImageError(f"{request.path} is no absolute path.")
        picture = await self._archive.attach(source, request.name)
        return Attached(
            attachment=await self._engine.measure(picture),
            path=str(self._paths.picture(picture.sha256)),
        )

    async def _open(self, conversation: int, client: Subscriber) -> tuple[AnyEvent, ...]:
        """Reads the conversation and lets the client follow it.

        The store's thread works in order, and turns begin and end here right after it has stored
        that: what was read fits the turn that is open now.
        """
        stored = await self._archive.run(self._archive.store.read_conversation, conversation)
        self.subscribers.follow(client, conversation)
        turn = self._turns.find(conversation)
        messages = [self._turns.complete(message) for message in stored.messages]
        if turn is not None:
            # The text that is stored so far comes again in the replay.
            messages = [turn.answer if it.id == turn.answer.id else it for it in messages]
        opened = Conversation(stored.summary, tuple(messages))
        return (ConversationOpened(conversation=opened), *(turn.replay() if turn else ()))

    async def _fork(self, request: ForkConversation, client: Subscriber) -> ConversationOpened:
        store = self._archive.store
        with self._submissions.reserve(request.conversation):
            await self._turns.store_again()
            fork = await self._archive.run(
                store.fork_conversation, request.conversation, request.message
            )
        stored = await self._archive.run(store.read_conversation, fork)
        self.subscribers.follow(client, fork)
        self.subscribers.publish(ConversationsChanged())
        return ConversationOpened(conversation=stored)

    async def _switch(self, request: SwitchBranch, client: Subscriber) -> ConversationOpened:
        store = self._archive.store
        with self._submissions.reserve(request.conversation), self._preparations.paused():
            await self._turns.store_again()
            await self._archive.run(store.switch_branch, request.conversation, request.message)
            stored = await self._archive.run(store.read_conversation, request.conversation)
        opened = ConversationOpened(conversation=stored)
        self.subscribers.follow(client, request.conversation)
        self.subscribers.publish_to_followers(request.conversation, opened, but=client)
        return opened

    async def _delete(self, conversation: int) -> Done:
        await self._stop_open_turn(conversation)
        self._preparations.drop_conversation(conversation)
        await self._archive.delete_conversation(conversation)
        self.subscribers.publish(ConversationsChanged())
        await self._engine.forget(conversation)
        return Done()

    async def _stop(self, conversation: int) -> Done:
        await self._stop_open_turn(conversation)
        return Done()

    async def _stop_open_turn(self, conversation: int) -> None:
        turn = self._turns.find(conversation)
        if turn is not None:
            await self._turns.stop(turn)

    def _status(self) -> CoreStatus:
        model = self._engine.model
        stats = self._turns.last_stats
        return CoreStatus(
            version=self._version,
            pid=os.getpid(),
            state=self._state(),
            model=model.name if model else self._loader.wanted,
            model_notice=model.notice if model else "",
            context_length=model.context_length if model else 0,
            context_used=stats.prompt_tokens + stats.generated_tokens,
            active_bytes=self._engine.active_bytes,
            uptime=time.monotonic() - self._started_at,
            clients=len(self.subscribers),
            open_turns=len(self._turns),
            is_preparing=self._preparations.are_running,
        )

    def _state(self) -> EngineState:
        running = self._turns.running
        if running is not None:
            return "decoding" if running.text else "prefilling"
        if self._loader.is_behind:
            return "loading"
        if self._engine.model is not None:
            return "ready"
        return "failed" if self._loader.error else "unloaded"

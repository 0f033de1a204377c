"""The session manager: carries out what clients ask, and keeps conversations and turns together."""

import asyncio
import os
import time

from ..client_environment import NO_ENVIRONMENT, ClientEnvironment
from ..current_presets import CurrentPresets
from ..current_settings import CurrentSettings
from ..engine.engine import Engine
from ..errors import BadRequest
from ..messages.events import AnyEvent, CoreStatus, Done, EngineState
from ..messages.requests import (
    AnyRequest,
    Attach,
    CancelLoad,
    ChooseForConversation,
    ClaimPictures,
    EditQuestion,
    EditQueued,
    GetStatus,
    Hello,
    ListModels,
    LoadModel,
    MoveQueued,
    PrepareTurn,
    RegenerateAnswer,
    RemoveQueued,
    ResumeQueue,
    Shutdown,
    StopTurn,
    SubmitTurn,
    UnloadModel,
)
from ..models.endpoints import find_endpoint
from ..settings import Paths, Settings
from ..store.archive import Archive
from .answered_models import AnsweredModels
from .answering import Answering
from .conversations import Conversations
from .environments import Environments
from .housekeeping import Housekeeping
from .model_list import read_models
from .model_loader import ModelLoader
from .model_states import Failed, Fetching, Idle, Loaded, Loading, WantedModel
from .new_settings import NewSettings
from .prompt_messages import NextTurn
from .queue import Queues
from .serving import Serving
from .subscribers import Subscriber, Subscribers
from .turn_options import TurnOptions
from .turn_order import TurnOrder
from .turns import Turns
from .unsent_pictures import UnsentPictures
from .work_ahead import WorkAhead
from .worker import Worker


class Sessions:
    """Every conversation, the turns that are open in them, and the clients that follow."""

    def __init__(
        self,
        archive: Archive,
        engine: Engine,
        paths: Paths,
        settings: Settings,
        version: str,
        environment: ClientEnvironment = NO_ENVIRONMENT,
    ) -> None:
        """Takes up what the archive holds; `environment` is the core's own."""
        self._archive = archive
        self._engine = engine
        self._paths = paths
        self._version = version
        self._started_at = time.monotonic()
        self.used_at = self._started_at
        """When a client was connected, or asked for something, last."""
        self.worked_at = self._started_at
        """When the engine was at work, or a client asked for something, last."""
        self.subscribers = Subscribers()
        self.settings = CurrentSettings(paths, settings)
        """Those of the file, with its changes since the core started."""
        self._own_environment = environment
        due = asyncio.Event()
        environments = Environments(self.subscribers, environment)
        self._loader = ModelLoader(engine, self.subscribers, due)
        presets = CurrentPresets(paths.presets_file)
        options = TurnOptions(self.settings, presets, self._loader)
        self._ahead = WorkAhead(engine, archive, self._loader, options, due)
        queues = self._queues = Queues(archive, self.subscribers, due)
        self._answering = Answering(
            engine, archive, queues, self.subscribers, environments, options
        )
        self._turns = Turns(archive, queues, self._answering, self._ahead, self._loader, options)
        self._changes = NewSettings(
            self.settings, presets, self.subscribers, self._loader, self._ahead
        )
        self._conversations = Conversations(
            archive, queues, self._answering, self._ahead, self.subscribers, options
        )
        self._unsent = UnsentPictures(archive, engine, paths, self.subscribers)
        self._models = AnsweredModels(archive, self.subscribers)
        self._serving = Serving(queues, self._answering, self._loader, self._models)
        order = TurnOrder(queues, archive, self._loader)
        self._worker = Worker(self._loader, order, self._serving, self._ahead, due)
        self._housekeeping = Housekeeping(archive, engine, self._worker)
        self.work = asyncio.create_task(self._work())
        """The work on turns and models; ends only by an error or `close`."""
        self.shutdown_asked = asyncio.Event()
        """Set when a client wants the core to end."""

    def note_use(self) -> None:
        """Counts the core as in use until now, and its model where the engine is at work."""
        now = time.monotonic()
        if self._worker.is_busy or self._worker.is_preparing:
            self.used_at = self.worked_at = now
        elif len(self.subscribers):
            self.used_at = now

    @property
    def is_busy(self) -> bool:
        """Whether a turn is open or waits for the engine, or a model is being loaded or freed."""
        return self._worker.is_busy

    async def free_model(self) -> None:
        """Frees a model of this machine that nothing is asked of; the next turn loads it again."""
        model = self._engine.model
        if model is not None and not model.server and not self._worker.is_busy:
            await self._loader.unload()

    def add_client(
        self,
        client: Subscriber,
        window: str = "",
        environment: ClientEnvironment = NO_ENVIRONMENT,
    ) -> None:
        """Lets a client hear of everything from now on, and of a load that is under way.

        Args:
            client: who listens.
            window: names its window, for the pictures that are unsent in it; empty for none.
            environment: how it reaches servers.
        """
        self.used_at = self.worked_at = time.monotonic()
        self.subscribers.add(client, window, environment)
        self._changes.look(client, has_read_them=True)
        if progress := self._loader.tell_progress():
            client.put(progress)

    def remove_client(self, client: Subscriber) -> None:
        """Tells a client nothing more and forgets what it wanted next."""
        self.subscribers.remove(client)
        self._ahead.drop(client)

    def load_model(self, source: str, adapter: str = "", *, at_once: bool = True) -> None:
        """Switches to a model on behalf of no client, at once or with the first turn."""
        self._loader.wanted = WantedModel(source, adapter)
        if at_once:
            self._loader.want(self._loader.wanted, self._own_environment)

    async def close(self) -> None:
        """Stops and stores the open turn, and ends all work; what is queued stays queued."""
        self._turns.are_closed = True
        await self._worker.close()
        self.work.cancel()
        await asyncio.wait([self.work])

    async def carry_out(self, request: AnyRequest, client: Subscriber) -> tuple[AnyEvent, ...]:
        """Does what the client asks; returns the reply and the events to send right after it.

        Raises:
            SeeshellError: nothing was changed.
        """
        if not isinstance(request, GetStatus):
            self.worked_at = time.monotonic()
        match request:
            case Hello():
                raise BadRequest("This connection is open already.")
            case GetStatus():
                return (self._status(),)
            case Shutdown():
                self.shutdown_asked.set()
            case LoadModel():
                self._changes.look(client)
                self._load_model(request, client)
            case ListModels():
                self._changes.look(client)
                settings = self.settings.now
                return (await read_models(self._paths, settings, self._models),)
            case CancelLoad():
                self._loader.cancel()
            case UnloadModel():
                await self._unload()
            case Attach():
                return (await self._unsent.attach(request, client),)
            case ClaimPictures():
                await self._unsent.claim(request, client)
            case SubmitTurn() | EditQuestion() | RegenerateAnswer():
                self._changes.look(client)
                return await self._turns.take_in(request, client)
            case EditQueued() | MoveQueued() | RemoveQueued() | ResumeQueue():
                self._changes.look(client)
                await self._turns.change_queue(request, client)
            case StopTurn(conversation=conversation):
                await self._turns.stop(conversation)
            case PrepareTurn(conversation=it, attachments=hashes, edited=edited, choices=choices):
                self._changes.look_at_presets()
                self._ahead.want(client, NextTurn(it, hashes, edited, choices))
                if hashes:
                    self._wake(client)
            case _:
                if isinstance(request, ChooseForConversation):
                    self._changes.look_at_presets()
                return await self._conversations.carry_out(request, client)
        return (Done(),)

    async def _work(self) -> None:
        await self._queues.read()
        await asyncio.gather(self._worker.run(), self._housekeeping.run())

    def _load_model(self, request: LoadModel, client: Subscriber) -> None:
        wanted = WantedModel(request.model.strip(), request.adapter)
        if not wanted.source:
            raise BadRequest("Name a model: a folder, a repository id, demo or an address.")
        # What is no address may hold a password, and a load would be reported by its name.
        find_endpoint(wanted.source, self.settings.now.endpoints)
        self._loader.want(wanted, self.subscribers.environment_of(client), client)

    def _wake(self, client: Subscriber) -> None:
        """Loads the model that was freed while nobody asked anything: pictures are attached."""
        state = self._loader.state
        if isinstance(state, Idle) and state.wanted.source:
            self._loader.want(state.wanted, self.subscribers.environment_of(client))

    async def _unload(self) -> None:
        if self._serving.open_turns:
            raise BadRequest(
                "An answer is being given, or is about to be: stop it, or wait until it has ended."
            )
        await self._loader.unload()

    def _status(self) -> CoreStatus:
        model, state = self._engine.model, self._loader.state
        stats, work = self._answering.last_stats, self._queues.work
        return CoreStatus(
            version=self._version,
            pid=os.getpid(),
            state=self._state(),
            model=model.name if model else self._loader.wanted.source,
            is_loaded=model is not None,
            loading=state.wanted.source if isinstance(state, Fetching | Loading) else "",
            source=model.source if model else self._loader.wanted.source,
            adapter=model.adapter if model else self._loader.wanted.adapter,
            can_think=model.can_think if model else False,
            server=model.server if model else "",
            model_notice=model.notice if model else "",
            context_length=model.context_length if model else 0,
            context_used=stats.prompt_tokens + stats.generated_tokens,
            active_bytes=self._engine.active_bytes,
            uptime=time.monotonic() - self._started_at,
            clients=len(self.subscribers),
            open_turns=self._serving.open_turns,
            answering=work.answering,
            waiting=work.waiting,
            is_preparing=self._worker.is_preparing,
            prompt_tps=dict(self._models.prompt_tps),
        )

    def _state(self) -> EngineState:
        running = self._answering.running
        if running is not None:
            return "decoding" if running.has_begun else "prefilling"
        match self._loader.state:
            case Fetching():
                return "fetching"
            case Loading():
                return "loading"
            case Loaded():
                return "ready"
            case Failed():
                return "failed"
            case Idle():
                return "unloaded"

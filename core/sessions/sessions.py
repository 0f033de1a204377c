"""The session manager: carries out what clients ask, and keeps conversations and turns together."""

import asyncio
import os
import time
from typing import Final

from ..client_environment import NO_ENVIRONMENT, ClientEnvironment
from ..current_presets import CurrentPresets
from ..current_settings import CurrentSettings
from ..engine.engine import Engine
from ..errors import BadRequest
from ..messages.events import AnyEvent, CoreStatus, Done, EngineState
from ..messages.library_requests import ContinueAnswer, FindHits
from ..messages.model_requests import ListModels, LoadModel
from ..messages.queue_requests import EditQueued, MoveQueued, RemoveQueued, ResumeQueue
from ..messages.requests import (
    AnyRequest,
    ChooseForConversation,
    EditQuestion,
    GetStatus,
    Hello,
    PrepareTurn,
    RegenerateAnswer,
    Shutdown,
    StopTurn,
    SubmitTurn,
)
from ..messages.roll_requests import (
    ResumeRoll,
    RetryRows,
    RollRequest,
    StartRoll,
)
from ..settings import Paths, Settings
from ..store.archive import Archive
from .answered_models import AnsweredModels
from .answering import Answering
from .conversations import Conversations
from .environments import Environments
from .extending import Extending
from .hits import Hits
from .housekeeping import Housekeeping
from .library import Library, ListingRequest
from .library_news import LibraryNews
from .model_list import read_models
from .model_loader import ModelLoader
from .model_requests import ModelRequest, ModelRequests
from .model_states import Failed, Fetching, Idle, Loaded, Loading
from .new_settings import NewSettings
from .picture_requests import PictureRequest, PictureRequests
from .prompt_messages import NextTurn
from .queue import Queues
from .rolls.rolling import Rolling
from .rolls.rolls import Rolls
from .rolls.row_answering import RowAnswering
from .serving import Serving
from .subscribers import Subscriber, Subscribers
from .transfers import TransferRequest, Transfers
from .turn_options import TurnOptions
from .turn_order import TurnOrder
from .turns import Turns
from .work_ahead import WorkAhead
from .worker import Worker

_ON_SETTINGS: Final = (
    *(LoadModel, ListModels, StartRoll, ResumeRoll, RetryRows),
    *(SubmitTurn, EditQuestion, RegenerateAnswer, ContinueAnswer),
    *(EditQueued, MoveQueued, RemoveQueued, ResumeQueue),
)
"""Requests before which it counts what has changed in the settings."""


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
        subscribers = self.subscribers = Subscribers()
        self.settings = CurrentSettings(paths, settings)
        """Those of the file, with its changes since the core started."""
        due = asyncio.Event()
        environments = Environments(subscribers, environment)
        loader = self._loader = ModelLoader(engine, subscribers, due)
        presets = CurrentPresets(paths.presets_file)
        options = TurnOptions(self.settings, presets, loader)
        ahead = self._ahead = WorkAhead(engine, archive, loader, options, due)
        queues = self._queues = Queues(archive, subscribers, due)
        answering = Answering(engine, archive, queues, subscribers, environments, options)
        self._answering = answering
        self._turns = Turns(archive, queues, answering, ahead, loader, options)
        self._changes = NewSettings(self.settings, presets, subscribers, loader, ahead)
        self._conversations = Conversations(archive, queues, answering, ahead, subscribers, options)
        self._pictures = PictureRequests(archive, engine, paths, subscribers, settings.pixel_budget)
        extending = Extending(archive, queues, answering, ahead, subscribers)
        self._transfers = Transfers(archive, extending, version)
        self._models = AnsweredModels(archive, subscribers)
        self._serving = Serving(queues, answering, loader, self._models)
        order = TurnOrder(queues, archive, loader)
        rows = RowAnswering(archive, engine, options)
        self._rolling = Rolling(archive.rolls, rows, loader, subscribers, due)
        self._rolls = Rolls(archive.rolls, self._rolling, subscribers, options)
        worker = self._worker = Worker(loader, order, self._serving, self._rolling, ahead, due)
        self.model = ModelRequests(loader, worker, subscribers, self.settings, environment)
        self._housekeeping = Housekeeping(archive, engine, worker, subscribers)
        self._library = Library(archive, subscribers, self._housekeeping.is_due.set)
        self._hits = Hits(archive)
        self._news = LibraryNews(archive, subscribers)
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
        """Whether a turn is open or waits for the engine, a roll runs, or a model is loaded."""
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
        self._conversations.private_ends.meet(client)
        self._changes.look(client, has_read_them=True)
        if progress := self._loader.tell_progress():
            client.put(progress)

    def give_up(self, client: Subscriber) -> None:
        """Ends what is being done for nobody but a client that asks for nothing more."""
        self._pictures.give_up(client)
        self._hits.give_up(client)

    def remove_client(self, client: Subscriber) -> None:
        """Tells a client nothing more and forgets what it wanted next."""
        self._conversations.private_ends.lose(client)
        self.subscribers.remove(client)
        self._ahead.drop(client)

    async def close(self) -> None:
        """Stops and stores the open turn, and ends all work; what is queued stays queued."""
        self._turns.are_closed = True
        await self._transfers.close()
        await self._worker.close()
        self.work.cancel()
        await asyncio.wait([self.work])

    async def carry_out(self, request: AnyRequest, client: Subscriber) -> tuple[AnyEvent, ...]:
        """Does what the client asks; returns the reply and the events to send right after it.

        Raises:
            SeeshellError: nothing was changed.
        """
        self._note(request, client)
        match request:
            case Hello():
                raise BadRequest("This connection is open already.")
            case GetStatus():
                return (self._status(),)
            case Shutdown():
                self.shutdown_asked.set()
            case ListModels():
                return (await read_models(self._paths, self.settings.now, self._models),)
            case _ if isinstance(request, ModelRequest):
                return (await self.model.carry_out(request, client),)
            case _ if isinstance(request, PictureRequest):
                return (await self._pictures.carry_out(request, client),)
            case _ if isinstance(request, TransferRequest):
                return (await self._transfers.carry_out(request, client),)
            case SubmitTurn() | EditQuestion() | RegenerateAnswer() | ContinueAnswer():
                return await self._turns.take_in(request, client)
            case EditQueued() | MoveQueued() | RemoveQueued() | ResumeQueue():
                await self._turns.change_queue(request, client)
            case FindHits():
                return (await self._hits.find(request, client),)
            case _ if isinstance(request, ListingRequest):
                return (await self._library.carry_out(request),)
            case _ if isinstance(request, RollRequest):
                return await self._rolls.carry_out(request, client)
            case StopTurn(conversation=conversation):
                await self._turns.stop(conversation)
            case PrepareTurn():
                self._prepare(request, client)
            case _:
                return await self._conversations.carry_out(request, client)
        return (Done(),)

    async def _work(self) -> None:
        await self._queues.read()
        ends = self._conversations.private_ends
        beside = (self._housekeeping.run(), self._news.run(), ends.run())
        await asyncio.gather(self._worker.run(), *beside)

    def _note(self, request: AnyRequest, client: Subscriber) -> None:
        """Counts a request as use, and takes over what has changed in the files for it."""
        if not isinstance(request, GetStatus):
            self.worked_at = time.monotonic()
        if isinstance(request, _ON_SETTINGS):
            self._changes.look(client)
        elif isinstance(request, PrepareTurn | ChooseForConversation):
            self._changes.look_at_presets()

    def _prepare(self, request: PrepareTurn, client: Subscriber) -> None:
        """Has a turn computed ahead, with a model that is loaded for its pictures if need be."""
        self._ahead.want(client, NextTurn.of(request))
        if request.attachments:
            self.model.wake(client)

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
            boxes_in_pixels=model.boxes_in_pixels if model else False,
            server=model.server if model else "",
            model_notice=model.notice if model else "",
            context_length=model.context_length if model else 0,
            context_used=stats.context_tokens,
            active_bytes=self._engine.active_bytes,
            uptime=time.monotonic() - self._started_at,
            clients=len(self.subscribers),
            open_turns=self._serving.open_turns,
            rolls=self._rolling.count,
            answering=work.answering,
            waiting=work.waiting,
            paused=work.paused,
            is_preparing=self._worker.is_preparing,
            prompt_tps=dict(self._models.prompt_tps),
        )

    def _state(self) -> EngineState:
        running = self._answering.running
        if running is not None:
            return "decoding" if running.has_begun else "prefilling"
        if self._rolling.is_computing:
            return "decoding"
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

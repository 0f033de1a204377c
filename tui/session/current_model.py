"""The core's model as this window follows it: asks for another one, and tells what it is."""

import time

from msgspec.structs import replace

from ...core.errors import SeeshellError
from ...core.messages.events import AnyEvent
from ...core.messages.listed_model import ListedModel
from ...core.messages.model_events import ModelFailed, ModelLoaded, ModelLoading, ModelsListed
from ...core.messages.model_requests import CancelLoad, ListModels, LoadModel, UnloadModel
from .core_link import CoreLink, Post
from .decisions import Decision, Decisions, WayOut
from .events import ModelChanged, NoticeTold
from .model_status import Connection, ModelStatus
from .shown_turns import ShownTurns


class CurrentModel:
    """Knows the model's status and has a failed load decided about in the window that asked."""

    def __init__(self, link: CoreLink, post: Post, turns: ShownTurns, decisions: Decisions) -> None:
        self._link = link
        self._post = post
        self._turns = turns
        self._decisions = decisions
        self.asked = ""
        """Source that this window asked for last."""
        self.asked_adapter = ""
        """Folder of the adapter that it asked for with that; empty for none."""
        self._failed = ""
        """Source of the load that is to be decided about, or was."""
        self._announced: set[tuple[str, str]] = set()
        """Models with their notices that this window has shown."""
        self.status = ModelStatus()

    @property
    def is_loading_asked(self) -> bool:
        """Whether the model is on its way that this window has asked for."""
        load = self.status.load
        return load is not None and load.source == self.asked

    async def load(self, source: str, adapter: str = "") -> bool:
        """Switches the core to another model; events tell how that goes.

        Returns:
            whether the core has taken that up.
        """
        self.asked, self.asked_adapter = source.strip(), adapter
        self._decisions.settle("model")
        try:
            await self._link.request(LoadModel(model=source, adapter=adapter))
        except SeeshellError as error:
            self._offer_others(str(error), source)
            return False
        return True

    async def list_models(self) -> tuple[ListedModel, ...]:
        """Returns the models that are here; none where the core can't be asked."""
        reply = await self._link.ask(ListModels())
        return reply.models if isinstance(reply, ModelsListed) else ()

    async def cancel_load(self) -> None:
        """Gives up the model that is on its way; what was downloaded stays."""
        await self._link.ask(CancelLoad())

    async def unload(self) -> None:
        """Frees the model and keeps the core; the next question loads it again."""
        await self._link.ask(UnloadModel())

    def note(self, event: AnyEvent) -> None:
        """Takes in what an event says of the model."""
        self._set(self.status.after(event, time.time()))
        match event:
            case ModelFailed(error="LoadCancelled", sentence=sentence):
                self._decisions.settle("model")
                self._post(NoticeTold(f"{sentence} What was downloaded stays."))
            case ModelFailed(model=source) if source == self.asked or not self.status.name:
                self._offer_others(event.sentence, source)
            case ModelLoading(model=source) if source == self._failed:
                self._decisions.settle("model")
            case ModelLoaded():
                self._decisions.settle("model")
                self.announce()

    def note_connection(self, connection: Connection) -> None:
        """Takes in whether the core can be reached; of one that is gone nothing is known."""
        known = self.status if connection == "cut off" else ModelStatus()
        self._set(replace(known, connection=connection, load=None, answering=None, waiting=()))

    def announce(self) -> None:
        """Tells the notice of a model that is new to this window.

        The welcome, which an empty conversation shows, holds it already; and whoever goes on with
        the model that gave the last answer knows it.
        """
        status = self.status
        if status.notice and (status.name, status.notice) not in self._announced:
            self._announced.add((status.name, status.notice))
            if self._turns.has_messages and self._turns.last_model != status.name:
                self._post(NoticeTold(status.notice))

    def _offer_others(self, sentence: str, source: str) -> None:
        self._failed = source
        if self.status.name:
            sentence = f"{sentence} {self.status.name} goes on answering."
        ways_out: tuple[WayOut, ...] = ("load again", "load another")
        self._decisions.need(Decision("model", sentence, ways_out, model=source))

    def _set(self, status: ModelStatus) -> None:
        if status != self.status:
            self.status = status
            self._post(ModelChanged(status))

"""The model that answers and whom it serves: the same in every window of a core."""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from ...core.messages.events import AnyEvent, CoreStatus, WorkChanged
from ...core.messages.model_events import ModelFailed, ModelLoaded, ModelLoading, ModelUnloaded

Connection = Literal["connecting", "connected", "cut off", "no core"]
"""`cut off`: the core runs, but the line to it was lost."""


class Load(Struct, frozen=True):
    """A model on its way into memory."""

    source: str
    """What it was asked for as."""
    stage: str = ""
    """What is being done, in the core's words; empty until it tells."""
    fraction: float = 0.0
    """From 0 to 1 within the stage."""
    since: float = 0.0
    """When this window heard of it first; seconds since the epoch."""


class ModelStatus(Struct, frozen=True):
    """What the core told last of its model; without a connection, what is left of that."""

    connection: Connection = "connecting"
    name: str = ""
    """Display name of the model that can answer; empty if there is none."""
    wanted: str = ""
    """What would be loaded where there is none."""
    source: str = ""
    """What that model was asked for as; empty if there is none."""
    adapter: str = ""
    """Folder of the adapter that it answers with; empty for none."""
    server: str = ""
    """Host that answers; empty for a model of the core's machine."""
    notice: str = ""
    """What the user should know about the model."""
    context_length: int = 0
    """Tokens that fit; 0 while unknown."""
    boxes_in_pixels: bool = False
    """Whether its boxes count pixels of the picture as it sees it, not thousandths."""
    load: Load | None = None
    """None unless a model is being loaded."""
    has_failed: bool = False
    """Whether the last load failed."""
    answering: int | None = None
    """Conversation whose turn is being computed; None for none."""
    waiting: tuple[int, ...] = ()
    """Conversations whose turns wait, the next one first."""

    @property
    def is_ready(self) -> bool:
        """Whether a question asked now is answered by the model that is named."""
        return self.connection == "connected" and bool(self.name) and self.load is None

    def answers_before(self, conversation: int | None) -> int:
        """Returns how many answers of other conversations come before one of this."""
        others = [it for it in (self.answering, *self.waiting) if it is not None]
        return others.index(conversation) if conversation in others else len(others)

    def serves_another(self, conversation: int | None) -> bool:
        """Whether an answer of another conversation is being computed."""
        return self.answering not in (None, conversation)

    def after(self, event: AnyEvent, now: float) -> "ModelStatus":
        """Returns the status once an event has happened; the same object if nothing changed.

        Args:
            event: what the core tells.
            now: seconds since the epoch.
        """
        match event:
            case CoreStatus():
                return _told(event, now)
            case ModelLoading(model=source, stage=stage, fraction=fraction):
                since = self.load.since if self.load and self.load.source == source else now
                return replace(self, load=Load(source, stage, fraction, since), has_failed=False)
            case ModelLoaded():
                return replace(
                    self,
                    name=event.model,
                    source=event.source,
                    adapter=event.adapter,
                    server=event.server,
                    notice=event.notice,
                    context_length=event.context_length,
                    boxes_in_pixels=event.boxes_in_pixels,
                    load=None,
                    has_failed=False,
                )
            case ModelFailed(model=source) if self.load is None or self.load.source == source:
                return replace(self, load=None, has_failed=True)
            case ModelUnloaded(source=source):
                return replace(
                    self, name="", wanted=source, source="", adapter="", server="", notice=""
                )
            case WorkChanged(answering=answering, waiting=waiting):
                return replace(self, answering=answering, waiting=waiting)
            case _:
                return self


def _told(status: CoreStatus, now: float) -> ModelStatus:
    return ModelStatus(
        connection="connected",
        name=status.model if status.is_loaded else "",
        wanted="" if status.is_loaded else status.model,
        source=status.source if status.is_loaded else "",
        adapter=status.adapter if status.is_loaded else "",
        server=status.server,
        notice=status.model_notice,
        context_length=status.context_length,
        boxes_in_pixels=status.boxes_in_pixels,
        load=Load(status.loading, since=now) if status.loading else None,
        has_failed=status.state == "failed",
        answering=status.answering,
        waiting=status.waiting,
    )

"""The model that a conversation keeps: chosen here, and offered where another one is loaded."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple

from msgspec.structs import replace

from ...core.conversation import Conversation
from ...core.errors import SeeshellError
from ...core.generation_options import NO_CHOICES, ConversationChoices
from ...core.messages.events import AnyEvent, ChoicesChanged, CoreStatus
from ...core.messages.model_events import ModelFailed, ModelLoaded
from ...core.messages.requests import ChooseForConversation, GetStatus
from ..status_words import named_with, short_name
from .core_link import CoreLink
from .current_model import CurrentModel
from .decisions import Decision, Decisions, WayOut
from .shown_turns import ShownTurns

_WAYS_OUT: tuple[WayOut, ...] = ("load kept", "go on")


class _Asked(NamedTuple):
    """A model that was chosen for a conversation and is on its way."""

    conversation: int
    source: str
    before: ConversationChoices
    """What the conversation kept until then."""


class KeptModel:
    """Follows what the conversation on screen keeps, beside the model that is loaded."""

    def __init__(
        self,
        link: CoreLink,
        model: CurrentModel,
        turns: ShownTurns,
        decisions: Decisions,
        conversation: Callable[[], int | None],
    ) -> None:
        """Knows nothing yet.

        Args:
            link: the way to the core.
            model: the one that is loaded.
            turns: of the conversation on screen.
            decisions: that are to be made in this window.
            conversation: returns the id of the conversation on screen; None for a new one.
        """
        self._link = link
        self.model = model
        """The one that is loaded."""
        self.turns = turns
        """Of the conversation on screen."""
        self._decisions = decisions
        self._conversation = conversation
        self.choices = NO_CHOICES
        """Of the conversation on screen."""
        self._for_new = NO_CHOICES
        """What was chosen in this window, as long as nobody has loaded another model."""
        self._asked: _Asked | None = None
        """What was chosen here last for a conversation, until its model is loaded."""
        self._failure = ""
        """Why the conversation's model could not be loaded; empty unless it was tried."""
        self._offered: tuple[object, ...] = ()
        """What was offered last, and is not again once the user has closed it."""
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def choices_for_new(self) -> ConversationChoices | None:
        """What a conversation keeps that begins in this window; None for whatever is loaded."""
        return self._for_new if self._for_new.model else None

    def show(self, conversation: Conversation | None) -> None:
        """Takes up the conversation that is on screen now."""
        self.choices = conversation.summary.choices if conversation else NO_CHOICES
        self._offered = ()
        self._failure = ""
        if self.model.status.load is None:
            # The core that was asked is gone.
            self._asked = None
        self._look()

    def note(self, event: AnyEvent) -> None:
        """Takes in what an event says of the conversation's model, or of the one that is loaded."""
        match event:
            case ChoicesChanged(conversation=it, choices=choices) if it == self._conversation():
                self.choices = choices
            case ModelLoaded(source=source, adapter=adapter):
                is_chosen = (source, adapter) == _loads(self._for_new)
                self._for_new = self._for_new if is_chosen else NO_CHOICES
                self._asked = None
                self._failure = ""
            case ModelFailed(model=source):
                self._note_failure(source, event)
        self._look()

    async def load(self, source: str, adapter: str = "") -> None:
        """Loads a model, which the conversation on screen keeps from now on if that succeeds.

        Args:
            source: what loads it.
            adapter: folder of a LoRA adapter for it; empty for none.
        """
        source = source.strip()
        conversation, before = self._conversation(), self.choices
        if conversation is None:
            self._for_new = ConversationChoices(source, adapter)
        else:
            self._asked = _Asked(conversation, source, before)
            await self.choose(conversation, replace(before, model=source, adapter=adapter))
        if not await self.model.load(source, adapter):
            self._for_new = NO_CHOICES
            await self._take_back()

    async def load_adapter(self, adapter: str) -> None:
        """Puts an adapter on the conversation's model, or takes it off; kept if that succeeds.

        Args:
            adapter: folder of a LoRA adapter; empty for none.
        """
        status = self.model.status
        await self.load(self.choices.model or status.source or status.wanted, adapter)

    async def load_again(self, source: str) -> None:
        """Loads a model again that failed; the conversation keeps it only if it did before."""
        adapter = self.model.asked_adapter if source == self.model.asked else ""
        if source == self.model.asked and (source, adapter) != _loads(self.choices):
            await self.load(source, adapter)
        else:
            await self.model.load(source, adapter)

    async def load_kept(self) -> None:
        """Loads the model that the conversation keeps."""
        await self.model.load(self.choices.model, self.choices.adapter)

    async def go_on(self) -> None:
        """Lets the conversation keep the model that is loaded."""
        conversation, status = self._conversation(), self.model.status
        if conversation is not None and status.source:
            choices = replace(self.choices, model=status.source, adapter=status.adapter)
            await self.choose(conversation, choices)

    async def choose(self, conversation: int, choices: ConversationChoices) -> None:
        """Says what a conversation keeps from now on."""
        request = ChooseForConversation(conversation=conversation, choices=choices)
        if await self._link.ask(request) is not None and conversation == self._conversation():
            self.choices = choices
            self._look()

    def _note_failure(self, source: str, event: ModelFailed) -> None:
        """Has what could not be loaded kept by nothing that did not keep it before."""
        if source == self._for_new.model:
            self._for_new = NO_CHOICES
        if self._asked is not None and self._asked.source == source:
            self._start(self._take_back())
        elif source == self.choices.model and event.error != "LoadCancelled":
            self._failure = event.sentence

    async def _take_back(self) -> None:
        """Has a conversation keep again what it kept before the load that failed."""
        asked, self._asked = self._asked, None
        if asked is not None:
            is_shown = asked.conversation == self._conversation()
            now, before = self.choices if is_shown else asked.before, asked.before
            choices = replace(now, model=before.model, adapter=before.adapter)
            await self.choose(asked.conversation, choices)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def cost_words(self, prompt_tps: float) -> str:
        """Returns what it costs that a model takes over here, in words; empty where nothing.

        Args:
            prompt_tps: tokens a second at which it reads; 0 where nobody knows.
        """
        stats = self.turns.stats
        tokens = stats.context_tokens if stats else 0
        if not tokens:
            return ""
        seconds = f", about {max(1, round(tokens / prompt_tps))} s" if prompt_tps else ""
        return f"reads up to {tokens:,} tokens again{seconds}"

    async def tell_cost(self) -> str:
        """Returns what a change of the loaded model's adapter costs here; empty where nothing."""
        rates = await self._read_rates()
        cost = self.cost_words(rates.get(self.model.status.source, 0.0))
        return f"A change {cost}." if cost else ""

    def _look(self) -> None:
        """Offers the conversation's model where another one is loaded, once until that changes."""
        status, kept = self.model.status, self.choices
        wanted, there = _loads(kept), (status.source, status.adapter)
        is_other = bool(kept.model and status.source and wanted != there) and self._asked is None
        if not (is_other and status.is_ready and self.turns.has_messages):
            self._offered = ()
            self._decisions.settle("other model")
            return
        offer = (self._conversation(), wanted, there)
        if offer != self._offered:
            self._offered = offer
            self._start(self._offer(offer))

    async def _offer(self, offer: tuple[object, ...]) -> None:
        status = self.model.status
        name = named_with(status.name, status.adapter)
        rates = await self._read_rates()
        # The model that gave the last answer has read everything.
        is_same = self.choices.adapter == status.adapter
        has_read = is_same and self.turns.last_model == status.name
        cost = "" if has_read else self.cost_words(rates.get(status.source, 0.0))
        if offer != self._offered:
            return
        sentence = f"This conversation uses {_name(self.choices)}, but {name} is loaded."
        if cost:
            sentence += f" Going on with {name} {cost}."
        if self._failure:
            # One decision, not two: what to do about the failure is the same.
            sentence = f"{self._failure} {sentence}"
            self._decisions.settle("model")
        self._decisions.need(Decision("other model", sentence, _WAYS_OUT))

    async def _read_rates(self) -> dict[str, float]:
        try:
            reply = await self._link.request(GetStatus())
        except SeeshellError:
            return {}
        return reply.prompt_tps if isinstance(reply, CoreStatus) else {}


def _name(choices: ConversationChoices) -> str:
    """Returns a short name of the model that a conversation keeps, and of its adapter."""
    return named_with(short_name(choices.model), choices.adapter)


def _loads(choices: ConversationChoices) -> tuple[str, str]:
    """Returns what loads the model that is kept: its source and its adapter's folder."""
    return choices.model, choices.adapter

"""An engine that answers what a test has written down."""

import asyncio
from collections.abc import AsyncIterator, Callable

from msgspec.structs import replace

from seeshell.core.client_environment import NO_ENVIRONMENT, ClientEnvironment
from seeshell.core.conversation import Attachment, TurnStats
from seeshell.core.engine.engine import (
    AnswerEnd,
    AnswerEvent,
    Engine,
    LoadedModel,
    PrefillProgress,
    PromptMessage,
    TextDelta,
)
from seeshell.core.errors import SeeshellError
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.models.progress import LoadProgress

from ..patience import PATIENCE


class ScriptedEngine(Engine):
    """Answers what was enqueued; an event in a script holds the answer until it is set."""

    def __init__(self) -> None:
        self.history: list[tuple[PromptMessage, ...]] = []
        self.loads: list[str] = []
        self.environments: list[ClientEnvironment] = []
        """Those that came with loads and prompts."""
        self.options: list[GenerationOptions] = []
        """Those that came with prompts; the script decides."""
        self.load_errors: list[SeeshellError] = []
        self.load_gate: asyncio.Event | None = None
        self.first_progress = LoadProgress("reading", 0.5)
        self.measure_error: SeeshellError | None = None
        self.work: list[tuple[str, int]] = []
        """What was asked of the engine, in order: `answer`, `prepare` ... and the conversation."""
        self.prepared: list[tuple[PromptMessage, ...]] = []
        self.prepared_thinking: list[bool | None] = []
        self.prepare_gate: asyncio.Event | None = None
        self.prepare_errors: list[Exception] = []
        self.forgotten: list[int] = []
        self._scripts: list[tuple[AnswerEvent | Exception | asyncio.Event, ...]] = []
        self._model: LoadedModel | None = LoadedModel("scripted", "scripted", 100)
        self._stopped = asyncio.Event()
        self._news = asyncio.Event()
        self._seen = 0

    def enqueue(self, *script: AnswerEvent | str | Exception | asyncio.Event) -> None:
        """Adds an answer: strings are its text; without an end it ends as `stop`."""
        events = [TextDelta(it) if isinstance(it, str) else it for it in script]
        self._scripts.append(tuple(events))

    @property
    def model(self) -> LoadedModel | None:
        return self._model

    def become(self, model: LoadedModel) -> None:
        """Answers as another model from now on, as after a server's start."""
        self._model = model

    @property
    def active_bytes(self) -> int:
        return 0

    async def load(
        self,
        source: str,
        report: Callable[[LoadProgress], None],
        environment: ClientEnvironment = NO_ENVIRONMENT,
        adapter: str = "",
    ) -> LoadedModel:
        self.loads.append(f"{source}+{adapter}" if adapter else source)
        self.environments.append(environment)
        report(self.first_progress)
        if self.load_gate is not None:
            await self.load_gate.wait()
        if self.load_errors:
            raise self.load_errors.pop(0)
        self._model = LoadedModel(source, source, 100, adapter=adapter)
        return self._model

    async def measure(self, attachment: Attachment) -> Attachment:
        if self.measure_error is not None:
            raise self.measure_error
        return replace(attachment, model_width=32, model_height=32, tokens=1)

    def picture_seconds(self, tokens: int) -> float:
        return tokens / 100

    async def answer(
        self,
        prompt: tuple[PromptMessage, ...],
        options: GenerationOptions,
        *,
        conversation: int = 0,
        environment: ClientEnvironment = NO_ENVIRONMENT,
    ) -> AsyncIterator[AnswerEvent]:
        self.history.append(prompt)
        self.environments.append(environment)
        self.options.append(options)
        self._note("answer", conversation)
        self._stopped.clear()
        yield PrefillProgress(5, 5, 0)
        script = self._scripts.pop(0)
        for event in script:
            await asyncio.sleep(0)
            if isinstance(event, asyncio.Event):
                await self._wait(event)
            elif isinstance(event, Exception):
                raise event
            if self._stopped.is_set():
                yield AnswerEnd("cancelled")
                return
            if not isinstance(event, asyncio.Event):
                yield event
        if not script or not isinstance(script[-1], AnswerEnd):
            yield AnswerEnd("stop", TurnStats(prompt_tokens=5, generated_tokens=2))

    async def prepare(
        self,
        prompt: tuple[PromptMessage, ...],
        *,
        thinking: bool | None = None,
        conversation: int = 0,
    ) -> None:
        self._note("prepare", conversation)
        try:
            if self.prepare_gate is not None:
                await self.prepare_gate.wait()
        except asyncio.CancelledError:
            self._note("interrupted", conversation)
            raise
        if self.prepare_errors:
            self._note("failed", conversation)
            raise self.prepare_errors.pop(0)
        self.prepared.append(prompt)
        self.prepared_thinking.append(thinking)
        self._note("prepared", conversation)

    async def until(self, work: str, conversation: int) -> None:
        """Returns when that work has happened after what was waited for before."""
        async with asyncio.timeout(PATIENCE):
            while (work, conversation) not in self.work[self._seen :]:
                self._news.clear()
                await self._news.wait()
        self._seen = self.work.index((work, conversation), self._seen) + 1

    def forget_work(self) -> None:
        """Begins a new list of what is asked of the engine."""
        self.work.clear()
        self._seen = 0

    def _note(self, work: str, conversation: int) -> None:
        self.work.append((work, conversation))
        self._news.set()

    async def forget(self, conversation: int) -> None:
        self.forgotten.append(conversation)

    async def keep_only(self, conversations: frozenset[int]) -> None:
        self.kept = conversations

    def stop(self) -> None:
        self._stopped.set()

    async def unload(self) -> None:
        self._model = None

    async def close(self) -> None:
        await self.unload()

    async def _wait(self, gate: asyncio.Event) -> None:
        waits = [asyncio.create_task(it.wait()) for it in (gate, self._stopped)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for task in waits:
            task.cancel()

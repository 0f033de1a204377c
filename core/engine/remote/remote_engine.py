"""A model behind an OpenAI-compatible endpoint, on this or on any other machine."""

import asyncio
from asyncio import Task
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ...client_environment import NO_ENVIRONMENT, ClientEnvironment
from ...conversation import Attachment, FinishReason, TurnStats
from ...errors import EndpointError, ModelNotFound
from ...models.endpoints import choose_key, find_endpoint
from ...models.progress import LoadProgress
from ...models.sources import display_name
from ...pictures.workers import PictureWorkers
from ...settings import EndpointSettings
from ..engine import (
    AnswerEnd,
    AnswerEvent,
    AnswerOptions,
    Engine,
    LoadedModel,
    PromptMessage,
    TextDelta,
)
from .chat_server import ChatPiece, ChatServer, ListedModel, Usage
from .picture_urls import TOKEN_SIDE, PictureUrls, fit_pixel_budget


class RemoteEngine(Engine):
    """Answers with the model of an endpoint; pictures travel inside each request."""

    def __init__(
        self,
        pixel_budget: int,
        max_pixels: int,
        endpoints: Mapping[str, EndpointSettings],
        workers: PictureWorkers,
    ) -> None:
        self._pixel_budget = pixel_budget
        self._urls = PictureUrls(pixel_budget, max_pixels, workers)
        self._endpoints = endpoints
        self._server: ChatServer | None = None
        self._model_id = ""
        self._model: LoadedModel | None = None
        self._reading: Task[None] | None = None

    @property
    def model(self) -> LoadedModel | None:
        """The endpoint's model, once its server was reached."""
        return self._model

    @property
    def active_bytes(self) -> int:
        """None: the model's memory is the server's."""
        return 0

    async def load(
        self,
        source: str,
        report: Callable[[LoadProgress], None],
        environment: ClientEnvironment = NO_ENVIRONMENT,
    ) -> LoadedModel:
        """Returns the endpoint's model after its server has listed it."""
        address = find_endpoint(source, self._endpoints)
        if address is None:
            raise ModelNotFound(f"{source} is no address of a server.")
        report(LoadProgress(f"Asking {address.url} for its models"))
        async with AsyncExitStack() as undo:
            try:
                server = ChatServer(address.url, choose_key(address, environment.keys).key)
                undo.push_async_callback(server.close)
                listed = _choose(await server.list_models(), address.model, address.url)
            except EndpointError as error:
                raise ModelNotFound(str(error)) from error
            await self.unload()
            undo.pop_all()
        host = urlsplit(address.url).netloc
        self._server, self._model_id = server, listed.id
        self._model = LoadedModel(
            name=display_name(listed.id),
            source=source,
            context_length=listed.context,
            notice=f"Text and pictures are sent to {host}.",
        )
        return self._model

    async def measure(self, attachment: Attachment) -> Attachment:
        """Returns the attachment with the size at which it is sent and Qwen3-VL's tokens."""
        width, height = fit_pixel_budget(attachment.width, attachment.height, self._pixel_budget)
        tokens = width * height // TOKEN_SIDE**2
        return msgspec.structs.replace(
            attachment, model_width=width, model_height=height, tokens=tokens
        )

    async def answer(
        self,
        prompt: tuple[PromptMessage, ...],
        options: AnswerOptions,
        *,
        conversation: int = 0,  # noqa: ARG002 - what a server keeps is its own affair
        environment: ClientEnvironment = NO_ENVIRONMENT,  # noqa: ARG002
    ) -> AsyncIterator[AnswerEvent]:
        """Yields the answer; text that arrives faster than it is consumed comes joined."""
        if self._server is None:
            raise EndpointError("No model is loaded; choose one and ask again.")
        answer = _Answer()
        reading = asyncio.create_task(self._read(self._server, prompt, options, answer))
        reading.add_done_callback(lambda _: answer.changed.set())
        self._reading = reading
        try:
            async for text in answer.texts(reading):
                yield TextDelta(text)
            if reading.cancelled():
                answer.finish_reason = "cancelled"
            else:
                reading.result()
            yield AnswerEnd(answer.finish_reason, answer.stats())
        finally:
            reading.cancel()
            await asyncio.wait({reading})

    async def prepare(
        self,
        prompt: tuple[PromptMessage, ...],
        *,
        conversation: int = 0,  # noqa: ARG002 - as above
    ) -> None:
        """Makes the pictures ready to be sent, one after the other."""
        for picture in (picture for message in prompt for picture in message.images):
            await self._urls.find(picture)

    async def forget(self, conversation: int) -> None:
        """Does nothing: only the server has KV."""

    async def keep_only(self, conversations: frozenset[int]) -> None:
        """Does nothing, as `forget`."""

    def stop(self) -> None:
        """Closes the stream at once; the answer ends as `cancelled`."""
        if self._reading is not None:
            self._reading.cancel()

    async def unload(self) -> None:
        """Closes the connections."""
        self.stop()
        server, self._server, self._model = self._server, None, None
        if server is not None:
            await server.close()

    async def close(self) -> None:
        """Closes the connections."""
        await self.unload()

    async def _read(
        self,
        server: ChatServer,
        prompt: tuple[PromptMessage, ...],
        options: AnswerOptions,
        answer: "_Answer",
    ) -> None:
        messages = [await self._message(message) for message in prompt]
        body = await asyncio.to_thread(self._request, messages, options)
        async for piece in server.stream(body):
            answer.add(piece)

    def _request(self, messages: list[dict[str, Any]], options: AnswerOptions) -> bytes:
        """Returns the request's body; with many pictures it is long, so this blocks."""
        sampling = {
            name: value
            for name in ("max_tokens", "temperature", "top_p", "top_k", "seed")
            if (value := getattr(options, name)) is not None
        }
        return msgspec.json.encode(
            {
                "model": self._model_id,
                "messages": messages,
                "stream": True,
                "stream_options": {"include_usage": True},
                **sampling,
            }
        )

    async def _message(self, message: PromptMessage) -> dict[str, Any]:
        if not message.images:
            return {"role": message.role, "content": message.text}
        parts: list[dict[str, Any]] = [
            {"type": "text", "text": part}
            if isinstance(part, str)
            else {"type": "image_url", "image_url": {"url": await self._urls.find(part)}}
            for part in message.parts
        ]
        return {"role": message.role, "content": parts}


class _Answer:
    """Text on its way from the task that reads the stream to whoever consumes the answer."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.finish_reason: FinishReason = "stop"
        self._texts: list[str] = []
        self._deltas = 0
        self._usage: Usage | None = None
        self._started = perf_counter()
        self._first = self._last = 0.0

    def add(self, piece: ChatPiece) -> None:
        """Takes in what one read brought."""
        self._usage = piece.usage or self._usage
        if piece.finish_reason == "length":
            self.finish_reason = "length"
        if piece.text:
            self._last = perf_counter()
            self._first = self._first or self._last
            self._deltas += piece.deltas
            self._texts.append(piece.text)
            self.changed.set()

    async def texts(self, reading: "Task[None]") -> AsyncIterator[str]:
        """Yields the text as it comes, joined where the consumer was slower, until reading ends."""
        while self._texts or not reading.done():
            await self.changed.wait()
            self.changed.clear()
            if self._texts:
                text = "".join(self._texts)
                self._texts.clear()
                yield text

    def stats(self) -> TurnStats:
        """Returns what the answer cost, by the server's count where it gives one."""
        usage = self._usage or Usage()
        prompt = usage.prompt_tokens or 0
        details = usage.prompt_tokens_details
        reused = min(prompt, (details.cached_tokens if details else 0) or 0)
        generated = usage.completion_tokens or self._deltas
        ttft = self._first - self._started if self._first else 0.0
        decoding = self._last - self._first
        return TurnStats(
            prompt_tokens=prompt,
            reused_tokens=reused,
            prefilled_tokens=prompt - reused,
            generated_tokens=generated,
            ttft=ttft,
            prompt_tps=(prompt - reused) / ttft if ttft else 0.0,
            generation_tps=(generated - 1) / decoding if decoding > 0 else 0.0,
        )


def _choose(listed: list[ListedModel] | None, wanted: str, url: str) -> ListedModel:
    """Returns the model to use: the wanted one, else the loaded one, else the first.

    Raises:
        ModelNotFound: the server does not offer it.
    """
    if wanted:
        for model in listed or ():
            if model.id == wanted:
                return model
        if listed:
            offered = ", ".join(model.id for model in listed[:5])
            raise ModelNotFound(f"{url} has no model {wanted}; it offers {offered}.")
        return ListedModel(wanted)
    if not listed:
        raise ModelNotFound(f"{url} lists no models; name one as in {url}#name-of-the-model.")
    return next((model for model in listed if model.loaded), listed[0])

"""A model behind an OpenAI-compatible endpoint, on this or on any other machine."""

import asyncio
import dataclasses
from asyncio import Task
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from typing import Any, Final

from msgspec.structs import replace

from ...boxes import counts_pixels
from ...client_environment import NO_ENVIRONMENT, ClientEnvironment
from ...conversation import Attachment, has_words
from ...errors import EndpointError, ModelNotFound, ModelUnsupported
from ...generation_options import GenerationOptions
from ...models.endpoints import Endpoint, find_endpoint
from ...models.progress import LoadProgress
from ...models.sources import display_name
from ...pictures.workers import PictureWorkers
from ...settings import EndpointSettings
from ...wording import one_line
from ..engine import (
    AnswerEnd,
    AnswerEvent,
    Engine,
    LoadedModel,
    PromptMessage,
    Waiting,
    cannot_continue,
)
from .asking import read_answer
from .chat_server import ChatServer, NoList
from .http_clients import Access, HttpClients
from .model_list import ServedModel
from .picture_urls import TOKEN_SIDE, PictureUrls, fit_pixel_budget
from .refusals.refusal import ServerRefused
from .refusals.sentences import explain_refusal
from .remote_model import RemoteModel, choose_remote
from .streamed_answer import StreamedAnswer

_PATIENCE: Final = 30.0
"""Seconds for a list of models without which none can be chosen."""

_PATIENCE_IF_NAMED: Final = 5.0
"""Seconds for a list that would only add what is known of a model."""


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
        self._clients = HttpClients()
        self._remote: RemoteModel | None = None
        self._model: LoadedModel | None = None
        self._reading: Task[None] | None = None
        self._turn = asyncio.Lock()
        """Held by the answer that is being given: most servers give one at a time."""

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
        adapter: str = "",
    ) -> LoadedModel:
        """Returns the endpoint's model.

        A model that is named needs no list, and may be missing in one: servers load models that
        they do not list, and take other names than they list. One that they do not have is
        refused at the first question.
        """
        endpoint = find_endpoint(source, self._endpoints)
        if endpoint is None:
            raise ModelNotFound(f"{source} is no address of a server.")
        if adapter:
            raise ModelUnsupported(
                f"{source} is a server, which has adapters of its own: leave {adapter} out."
            )
        report(LoadProgress(f"Asking {endpoint.url} for its models"))
        try:
            access = await self._clients.open(endpoint, environment)
            listed = await self._list(endpoint, access)
        except EndpointError as error:
            raise ModelNotFound(str(error)) from error
        remote, notice = choose_remote(endpoint, listed)
        self.stop()
        self._remote = remote
        self._model = LoadedModel(
            name=display_name(remote.id),
            source=source,
            context_length=remote.habits.context,
            notice=notice,
            server=endpoint.host,
            # Servers do not say; one that refuses to be told is named in the receipt.
            can_think=True,
            boxes_in_pixels=counts_pixels(remote.id),
            can_continue=remote.habits.can_continue,
        )
        return self._model

    async def measure(self, attachment: Attachment) -> Attachment:
        """Returns the attachment with the size at which it is sent and Qwen3-VL's tokens."""
        budget = attachment.pixel_budget or self._pixel_budget
        width, height = fit_pixel_budget(attachment.width, attachment.height, budget)
        tokens = width * height // TOKEN_SIDE**2
        return replace(attachment, model_width=width, model_height=height, tokens=tokens)

    def picture_seconds(self, tokens: int) -> float:  # noqa: ARG002
        """Returns 0: what a server takes for a picture is not known."""
        return 0.0

    async def answer(
        self,
        prompt: tuple[PromptMessage, ...],
        options: GenerationOptions,
        *,
        conversation: int = 0,  # noqa: ARG002 - what a server keeps is its own affair
        environment: ClientEnvironment = NO_ENVIRONMENT,
    ) -> AsyncIterator[AnswerEvent]:
        """Yields the answer; text that arrives faster than it is consumed comes joined."""
        if self._turn.locked():
            await self.prepare(prompt)
        async with self._turn, aclosing(self._answer(prompt, options, environment)) as events:
            async for event in events:
                yield event

    async def _answer(
        self,
        prompt: tuple[PromptMessage, ...],
        options: GenerationOptions,
        environment: ClientEnvironment,
    ) -> AsyncGenerator[AnswerEvent, None]:
        remote = self._remote
        if remote is None:
            raise EndpointError("No model is loaded; choose one and ask again.")
        answer = StreamedAnswer()
        question = (prompt, options)
        reading = asyncio.create_task(self._read(remote, environment, question, answer))
        reading.add_done_callback(lambda _: answer.changed.set())
        self._reading = reading
        try:
            async for event in answer.events(reading):
                yield event
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
        thinking: bool | None = None,  # noqa: ARG002 - the server renders the prompt
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
        self._remote = self._model = None
        await self._clients.close()

    async def close(self) -> None:
        """Closes the connections."""
        await self.unload()

    async def _list(self, endpoint: Endpoint, access: Access) -> list[ServedModel]:
        """Returns the models that the server lists; for a named model nothing is as good as a list.

        Raises:
            EndpointError: the server can't be reached, or shows none and none is named.
        """
        patience = _PATIENCE_IF_NAMED if endpoint.model else _PATIENCE
        try:
            return await ChatServer(access.client, access.asked).list_models(patience)
        except NoList as error:
            if endpoint.model:
                return []
            raise EndpointError(str(error)) from error

    async def _read(
        self,
        remote: RemoteModel,
        environment: ClientEnvironment,
        question: tuple[tuple[PromptMessage, ...], GenerationOptions],
        answer: StreamedAnswer,
    ) -> None:
        prompt, options = question
        _check_continued(remote, prompt[-1])
        access = await self._clients.open(remote.endpoint, environment)
        messages = [await self._message(message) for message in prompt]
        try:
            await read_answer(remote, access, (messages, options), answer)
        except ServerRefused as error:
            other = await self._choose_again(remote, access)
            if other is None:
                raise explain_refusal(error.refusal, remote.asked(access)) from error
            lost = f"{access.asked.host} has no model {remote.id} any more"
            answer.add(Waiting(f"{lost}; asking {other.id} instead."))
            try:
                await read_answer(other, access, (messages, options), answer)
            except ServerRefused as again:
                raise explain_refusal(again.refusal, other.asked(access)) from again
        if answer.finish_reason == "failed":
            raise EndpointError(
                f"{access.asked.url} ended the answer with an error "
                f"({one_line(answer.said_finish_reason)[:50]}); what came is kept, ask again."
            )

    async def _choose_again(self, remote: RemoteModel, access: Access) -> RemoteModel | None:
        """Returns what the server lists now in place of a model that nobody named; None without.

        Servers are started again with another model.
        """
        if remote.endpoint.model or self._model is None:
            return None
        try:
            other, _ = choose_remote(remote.endpoint, await self._list(remote.endpoint, access))
        except (EndpointError, ModelNotFound):
            return None
        if other.id == remote.id:
            return None
        self._remote = other
        self._model = dataclasses.replace(
            self._model,
            name=display_name(other.id),
            context_length=other.habits.context,
            can_continue=other.habits.can_continue,
        )
        return other

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


def _check_continued(remote: RemoteModel, last: PromptMessage) -> None:
    """Makes sure that a prompt which ends with a part of an answer has it continued.

    Raises:
        EndpointError: it does not.
    """
    host = remote.endpoint.host
    if last.role == "assistant" and not remote.habits.can_continue:
        raise EndpointError(cannot_continue(host))
    if last.role == "assistant" and not has_words(last.text):
        raise EndpointError(f"{host} can't go on with thoughts that were cut off: ask again.")

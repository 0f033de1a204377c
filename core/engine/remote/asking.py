"""Asking until there is an answer: mended requests, and waits that a busy server asks for."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Final

from ...boxes import counts_pixels
from ...errors import EndpointError, PromptRefused
from ...generation_options import GenerationOptions
from ...wording import describe_wait
from ..engine import Waiting
from .answers.answer_reader import ChatPiece
from .chat_request import ChatRequest
from .chat_server import ChatServer
from .http_clients import Access
from .refusals.asked import Asked
from .refusals.refusal import Refusal, ServerRefused
from .refusals.sentences import explain_refusal
from .remote_model import RemoteModel
from .streamed_answer import StreamedAnswer

_MOST_MENDS: Final = 20
"""Requests that are sent again in another form; each field can be refused once."""

_LONGEST_WAIT: Final = 60.0
"""Seconds; of a longer one the user is told instead."""

_MOST_WAITS: Final = 2

_WAITS_FOR_LOADING: Final = (5.0, 15.0)
"""Seconds, where a server loads its model and does not say for how long."""


async def read_answer(
    remote: RemoteModel,
    access: Access,
    question: tuple[list[dict[str, Any]], GenerationOptions],
    answer: StreamedAnswer,
) -> None:
    """Adds what the server says to the answer.

    Raises:
        ServerRefused: the server has no such model.
        TurnError: there is no answer, not all of it, or none as the schema asks.
    """
    asked = remote.asked(access)
    messages, options = question
    request = ChatRequest(remote.id, messages, options, remote.habits)
    answer.boxes_in_pixels = counts_pixels(remote.id)
    texts = [messages[-1]["content"]] if messages[-1]["role"] == "assistant" else []
    async with aclosing(ask(ChatServer(access.client, asked), request, asked)) as pieces:
        async for piece in pieces:
            answer.ignored_options = request.ignored
            answer.add(piece)
            if isinstance(piece, ChatPiece):
                texts.append(piece.text)
    if options.schema and answer.finish_reason == "stop":
        _check_document("".join(texts), asked)


async def ask(
    server: ChatServer, request: ChatRequest, asked: Asked
) -> AsyncGenerator[ChatPiece | Waiting, None]:
    """Yields the answer, and what is waited for before it begins.

    Raises:
        ServerRefused: the server has no such model.
        TurnError: there is none, or not all of it; one sentence says what to do.
    """
    mends = waits = 0
    while True:
        has_begun = False
        try:
            body = await asyncio.to_thread(request.encode)
            async with aclosing(server.stream(body)) as pieces:
                async for piece in pieces:
                    has_begun |= bool(piece.text or piece.thoughts)
                    # What a refusal says of an end is not the end of the answer.
                    if has_begun or not piece.refusal:
                        yield piece
        except ServerRefused as error:
            refusal = error.refusal
        else:
            return
        if has_begun:
            raise explain_refusal(refusal, asked)
        if refusal.is_about_the_model:
            raise ServerRefused(refusal)
        ignored = request.ignored
        if mends < _MOST_MENDS and request.mend(refusal):
            mends += 1
            if request.ignored != ignored:
                yield Waiting(f"{asked.host} takes no {request.ignored}; asking again without.")
            continue
        if request.has_refused_schema(refusal):
            raise _explain_no_schema(refusal, asked)
        wait = _choose_wait(refusal, waits)
        if wait is None:
            raise explain_refusal(refusal, asked)
        waits += 1
        yield Waiting(_announce(refusal, asked, wait))
        await asyncio.sleep(wait)


def _choose_wait(refusal: Refusal, waits: int) -> float | None:
    """Returns the seconds after which to ask again; None not to.

    Args:
        refusal: what the server said.
        waits: how often it was waited for already.
    """
    if not refusal.is_busy or waits >= _MOST_WAITS:
        return None
    wait = refusal.wait
    if wait is None and refusal.is_loading:
        wait = _WAITS_FOR_LOADING[waits]
    return wait if wait is not None and wait <= _LONGEST_WAIT else None


def _announce(refusal: Refusal, asked: Asked, wait: float) -> str:
    state = "is still loading its model" if refusal.is_loading else "is busy"
    return f"{asked.host} {state}; asking again in {describe_wait(wait)}."


def _explain_no_schema(refusal: Refusal, asked: Asked) -> PromptRefused:
    said = f" ({refusal.said})" if refusal.said else ""
    return PromptRefused(
        f"{asked.host} does not keep answers to this JSON schema{said}; ask without a schema or "
        "choose another model."
    )


def _check_document(text: str, asked: Asked) -> None:
    """Raises `EndpointError` unless the answer is JSON: some servers pass over a schema."""
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EndpointError(
            f"{asked.host} did not keep its answer to the JSON schema; what came is kept, ask "
            "without a schema or choose another model."
        ) from error

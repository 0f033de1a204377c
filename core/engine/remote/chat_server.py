"""An OpenAI-compatible server over HTTP: its list of models and its streamed answers."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, Final

import httpx2

from ...errors import EndpointError
from .answer_reader import AnswerReader, ChatPiece, NotAnAnswer
from .asked import Asked
from .bodies import read_blocks, read_body
from .failures import explain_failure, has_died
from .http_clients import Access
from .model_list import ListedModel, read_model_list
from .refusals import ServerRefused, read_refusal

_LONGEST_LIST: Final = 16 * 2**20
"""Bytes; the longest lists of models known take 2 MB."""

_LONGEST_REFUSAL: Final = 2**18
"""Bytes of an error's body that are read."""

_LONGEST_ANSWER: Final = 2**28
"""Bytes of a stream, which spends some 300 on each token."""

_GRACE: Final = 0.5
"""Seconds that a stream may go on behind its end mark."""

_MOST_REDIRECTS: Final = 3

_MOST_DEAD: Final = 5
"""Kept connections that are found closed before a request gives up."""


class ChatServer:
    """One server as one client reaches it. The key goes into a request's header, nowhere else."""

    def __init__(self, asked: Asked, access: Access) -> None:
        """Opens nothing yet.

        Args:
            asked: the server, for requests and for sentences.
            access: how to reach it.
        """
        self._asked = asked
        self._access = access

    async def list_models(self, patience: float) -> list[ListedModel]:
        """Returns the models that the server offers.

        Args:
            patience: seconds for the whole of it.

        Raises:
            ServerRefused: it keeps no list, or does not show it.
            NotAnAnswer: what came is no list, or not all of it came in time.
            EndpointError: the server can't be reached; one sentence says why.
        """
        try:
            async with asyncio.timeout(patience):
                return await self._get_list(f"{self._asked.url}/models")
        except (TimeoutError, httpx2.ReadTimeout) as error:
            raise NotAnAnswer("no list in time") from error

    async def stream(self, body: bytes) -> AsyncGenerator[ChatPiece, None]:
        """Yields the answer to a chat request; what arrives together comes as one piece.

        Raises:
            ServerRefused: the server said something else; pieces may have come before.
            EndpointError: with one sentence that says what to do.
        """
        headers = {"content-type": "application/json", "accept": "text/event-stream"}
        request = ("POST", f"{self._asked.url}/chat/completions", headers, body)
        async with self._reply(*request) as reply:
            if reply.status_code != 200:
                raise await self._refusal(reply)
            async with aclosing(self._pieces(reply)) as pieces:
                async for piece in pieces:
                    yield piece

    async def _get_list(self, address: str) -> list[ListedModel]:
        for _ in range(_MOST_REDIRECTS):
            async with self._reply("GET", address, {"accept": "application/json"}) as reply:
                target = _same_server(reply)
                if target is None:
                    if reply.status_code != 200:
                        raise await self._refusal(reply)
                    body = await read_body(reply, _LONGEST_LIST, self._asked.url)
                    break
            address = target
        else:
            raise NotAnAnswer("redirects without end")
        try:
            # A long list takes a tenth of a second.
            return await asyncio.to_thread(read_model_list, body)
        except ValueError as error:
            raise NotAnAnswer("no list of models") from error

    @asynccontextmanager
    async def _reply(
        self, method: str, address: str, headers: dict[str, str], body: bytes | None = None
    ) -> AsyncIterator[httpx2.Response]:
        """Gives the reply to a request once its headers are there."""
        if self._access.key:
            headers = headers | {"authorization": f"Bearer {self._access.key}"}
        try:
            request = self._access.client.build_request(
                method, address, headers=headers, content=body
            )
            reply = await self._send(request)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise explain_failure(error, self._asked) from error
        try:
            yield reply
        finally:
            await reply.aclose()

    async def _send(self, request: httpx2.Request) -> httpx2.Response:
        """Sends a request; again where a connection that was kept turns out to be dead."""
        for _ in range(_MOST_DEAD):
            connections: list[str] = []

            async def note(event: str, _: dict[str, Any], made: list[str] = connections) -> None:
                if event.endswith("connect_tcp.started"):
                    made.append(event)

            request.extensions["trace"] = note
            try:
                return await self._access.client.send(request, stream=True)
            except httpx2.HTTPError as error:
                if connections or not has_died(error):
                    raise
        return await self._access.client.send(request, stream=True)

    async def _pieces(self, reply: httpx2.Response) -> AsyncGenerator[ChatPiece, None]:
        reader = AnswerReader(reply.headers.get("content-type", ""))
        has_begun = False
        try:
            async with aclosing(self._read(reply, reader)) as pieces:
                async for piece in pieces:
                    has_begun |= bool(piece.text or piece.thoughts)
                    yield piece
                    if piece.refusal:
                        refusal = read_refusal(200, {}, piece.refusal, self._access.key)
                        raise ServerRefused(refusal)
        except NotAnAnswer as error:
            raise self._explain_body(has_begun) from error
        except httpx2.HTTPError as error:
            # Once the end has come it does not matter how the connection closes.
            if not reader.has_ended:
                raise explain_failure(error, self._asked, has_begun) from error
        if not reader.is_answer:
            raise self._explain_body(has_begun)
        if not reader.has_ended:
            raise EndpointError(
                f"{self._asked.url} broke off in the middle of the answer; what came is kept, ask "
                "again for the rest."
            )

    async def _read(
        self, reply: httpx2.Response, reader: AnswerReader
    ) -> AsyncGenerator[ChatPiece, None]:
        """Yields what the body brings, until its end or soon after its end mark."""
        size = 0
        async with aclosing(read_blocks(reply, self._asked.url)) as blocks:
            async for block in blocks:
                size += len(block)
                if size > _LONGEST_ANSWER:
                    raise EndpointError(
                        f"{self._asked.url} sends more than an answer can hold; what came is kept."
                    )
                yield reader.feed(block)
                if reader.has_end_mark:
                    break
            for piece in await _read_to_the_end(reader, blocks):
                yield piece
        yield reader.end()

    async def _refusal(self, reply: httpx2.Response) -> ServerRefused:
        body = await read_body(reply, _LONGEST_REFUSAL, self._asked.url)
        headers = {name.lower(): value for name, value in reply.headers.items()}
        return ServerRefused(read_refusal(reply.status_code, headers, body, self._access.key))

    def _explain_body(self, has_begun: bool) -> EndpointError:
        if has_begun:
            return EndpointError(
                f"{self._asked.url} went on with what is no answer; what came is kept, ask again "
                "for the rest."
            )
        return not_compatible(self._asked.url)


def not_compatible(url: str) -> EndpointError:
    """Returns the error for what answers, but says nothing that can be understood."""
    return EndpointError(
        f"{url} answers, but not as an OpenAI-compatible server does; check the address, which "
        "often ends in /v1."
    )


async def _read_to_the_end(
    reader: AnswerReader, blocks: AsyncGenerator[bytes, None]
) -> list[ChatPiece]:
    """Returns what comes behind the end mark, as counts do, if it comes soon.

    A connection whose reply was read to its end can be kept.
    """
    pieces: list[ChatPiece] = []
    with suppress(TimeoutError, NotAnAnswer, httpx2.HTTPError):
        async with asyncio.timeout(_GRACE):
            async for block in blocks:
                pieces.append(reader.feed(block))  # noqa: PERF401 - keeps what came in time
    return pieces


def _same_server(reply: httpx2.Response) -> str | None:
    """Returns where a reply sends its request on to, if that is the same server."""
    following = reply.next_request
    if following is None:
        return None
    here, there = reply.request.url, following.url
    is_same = (here.scheme, here.host, here.port) == (there.scheme, there.host, there.port)
    return str(there) if is_same else None

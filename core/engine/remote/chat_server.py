"""An OpenAI-compatible server over HTTP: its list of models and its streamed answers."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, Final

import httpx2

from ...errors import EndpointError
from .answers.answer_reader import AnswerReader, ChatPiece, NotAnAnswer
from .bodies import BodyInPieces, find_unknown_coding, read_blocks, read_body
from .model_list import ServedModel, read_model_list
from .refusals.asked import Asked
from .refusals.failures import explain_failure, has_died
from .refusals.refusal import Refusal, ServerRefused, read_refusal
from .refusals.sentences import explain_refusal

_LONGEST_LIST: Final = 16 * 2**20
"""Bytes; the longest lists of models known take 2 MB."""

_LONGEST_REFUSAL: Final = 2**18
"""Bytes of an error's body that are read."""

_LONGEST_ANSWER: Final = 2**28
"""Bytes of a stream, which spends some 300 on each token."""

_LONGEST_PACKED_ANSWER: Final = 2**25
"""The same for a stream that comes packed, of which a little can make any amount of work."""

_GRACE: Final = 0.5
"""Seconds that a stream may go on behind its end mark."""

_NO_LIST_STATUSES: Final = (404, 405, 410, 501)
"""With these a server says that it keeps no list of models."""

_MOST_REDIRECTS: Final = 3

_MOST_DEAD: Final = 5
"""Kept connections that are found closed before a request gives up."""


class NoList(Exception):
    """A server's list of models can't be had; the text is fit to show to a user."""


class ChatServer:
    """One server as one client reaches it. The key goes into a request's header, nowhere else."""

    def __init__(self, client: httpx2.AsyncClient, asked: Asked) -> None:
        """Opens nothing yet.

        Args:
            client: with the proxies and certificates of whoever asks.
            asked: the server, and the key for it.
        """
        self._client = client
        self._asked = asked

    async def list_models(self, patience: float) -> list[ServedModel]:
        """Returns the models that the server offers; none if it keeps no list.

        Args:
            patience: seconds until the list must begin to come.

        Raises:
            NoList: the server does not show it, or shows something else.
            EndpointError: the server can't be reached; one sentence says why.
        """
        address = f"{self._asked.url}/models"
        try:
            for _ in range(_MOST_REDIRECTS):
                request = self._request("GET", address)
                request.extensions["timeout"]["read"] = patience
                async with self._reply(request) as reply:
                    target = _same_server(reply)
                    if target is None:
                        return await self._read_list(reply)
                address = target
        except httpx2.ReadTimeout as error:
            raise NoList(str(explain_failure(error, self._asked))) from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise explain_failure(error, self._asked) from error
        raise NoList(f"{self._asked.url} sends requests for its models round in a circle.")

    async def stream(self, body: bytes) -> AsyncGenerator[ChatPiece, None]:
        """Yields the answer to a chat request; what arrives together comes as one piece.

        Raises:
            ServerRefused: the server said something else; pieces may have come before.
            EndpointError: with one sentence that says what to do.
        """
        try:
            request = self._request("POST", f"{self._asked.url}/chat/completions", body)
            async with self._reply(request) as reply:
                if not reply.is_success:
                    raise ServerRefused(await self._refusal(reply))
                async with aclosing(self._pieces(reply)) as pieces:
                    async for piece in pieces:
                        yield piece
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise explain_failure(error, self._asked) from error

    async def _read_list(self, reply: httpx2.Response) -> list[ServedModel]:
        if reply.status_code in _NO_LIST_STATUSES:
            return []
        if not reply.is_success:
            refusal = await self._refusal(reply)
            raise NoList(str(explain_refusal(refusal, self._asked)))
        try:
            body = await read_body(reply, _LONGEST_LIST, self._asked.url)
            # A long list takes a tenth of a second.
            return await asyncio.to_thread(read_model_list, body)
        except EndpointError as error:
            raise NoList(str(error)) from error
        except ValueError as error:
            raise NoList(str(self._explain_body(has_begun=False))) from error

    def _request(self, method: str, address: str, body: bytes | None = None) -> httpx2.Request:
        headers = {"accept": "application/json"}
        content = None
        if body is not None:
            headers = {"accept": "text/event-stream", "content-type": "application/json"}
            headers["content-length"] = str(len(body))
            content = BodyInPieces(body)
        if self._asked.key:
            headers["authorization"] = f"Bearer {self._asked.key}"
        return self._client.build_request(method, address, headers=headers, content=content)

    @asynccontextmanager
    async def _reply(self, request: httpx2.Request) -> AsyncIterator[httpx2.Response]:
        """Gives the reply to a request once its headers are there."""
        reply = await self._send(request)
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
                return await self._client.send(request, stream=True)
            except httpx2.HTTPError as error:
                if connections or not has_died(error):
                    raise
        return await self._client.send(request, stream=True)

    async def _pieces(self, reply: httpx2.Response) -> AsyncGenerator[ChatPiece, None]:
        reader = AnswerReader(reply.headers.get("content-type", ""))
        has_begun = False
        try:
            async with aclosing(self._read(reply, reader)) as pieces:
                async for piece in pieces:
                    has_begun |= bool(piece.text or piece.thoughts)
                    yield piece
                    if piece.refusal:
                        refusal = read_refusal(200, {}, piece.refusal, self._asked.key)
                        raise ServerRefused(refusal)
        except NotAnAnswer as error:
            raise self._explain_body(has_begun or reader.is_answer) from error
        except httpx2.HTTPError as error:
            # Once the end has come it does not matter how the connection closes.
            if not reader.has_ended:
                has_begun |= reader.is_answer
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
        is_packed = "content-encoding" in reply.headers
        most_bytes = _LONGEST_PACKED_ANSWER if is_packed else _LONGEST_ANSWER
        size = 0
        try:
            async with aclosing(read_blocks(reply, self._asked.url)) as blocks:
                async for block in blocks:
                    size += len(block)
                    if size > most_bytes:
                        raise EndpointError(
                            f"{self._asked.url} sends more than an answer can hold; what came is "
                            "kept."
                        )
                    yield reader.feed(block)
                    if reader.has_end_mark:
                        break
                for piece in await _read_to_the_end(reader, blocks):
                    yield piece
        except httpx2.HTTPError:
            # The last event may have come all but for its end.
            yield reader.end()
            raise
        yield reader.end()

    async def _refusal(self, reply: httpx2.Response) -> Refusal:
        body = b""
        if not find_unknown_coding(reply):
            body = await read_body(reply, _LONGEST_REFUSAL, self._asked.url)
        headers = {name.lower(): value for name, value in reply.headers.items()}
        return read_refusal(reply.status_code, headers, body, self._asked.key)

    def _explain_body(self, has_begun: bool) -> EndpointError:
        if has_begun:
            return EndpointError(
                f"{self._asked.url} went on with what is no answer; what came is kept, ask again "
                "for the rest."
            )
        return EndpointError(
            f"{self._asked.url} answers, but not as an OpenAI-compatible server does; check the "
            "address, which often ends in /v1."
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

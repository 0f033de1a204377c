"""Bodies piece by piece: those of replies are unpacked up to a bound, those of requests sent."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Final

import httpx2

from ...errors import EndpointError

_UNPACKED: Final = frozenset({"identity", "gzip", "deflate"})
"""Codings that httpx2 unpacks in pieces of at most 1 MiB, with no package besides."""

_LARGEST_BLOCK: Final = 2**16
"""Bytes that are read at once; as many as come from a socket."""

_PATIENCE: Final = 10.0
"""Seconds for all of a body that is no stream."""


class BodyInPieces:
    """A request's body, which can be sent again; each piece has a time of its own to go out."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        for start in range(0, len(self._content), _LARGEST_BLOCK):
            yield self._content[start : start + _LARGEST_BLOCK]


def find_unknown_coding(reply: httpx2.Response) -> str:
    """Returns the name of a way in which the body is packed and can't be unpacked; else ""."""
    return next((coding for coding in _codings(reply) if coding not in _UNPACKED), "")


async def read_blocks(reply: httpx2.Response, url: str) -> AsyncGenerator[bytes, None]:
    """Yields the body as it comes; other work of the loop goes on between any two pieces.

    Raises:
        EndpointError: it is packed in a way that can't be unpacked.
        httpx2.HTTPError: the connection broke.
    """
    unknown = find_unknown_coding(reply)
    if unknown:
        raise EndpointError(
            f"{url} packs its answers as {unknown[:20]!r}, which was not asked for; set up what "
            "stands before the server so that it leaves them as they are."
        )
    is_packed = bool(_codings(reply))
    async with aclosing(reply.aiter_bytes()) as blocks:
        async for block in blocks:
            for start in range(0, len(block), _LARGEST_BLOCK):
                yield block[start : start + _LARGEST_BLOCK]
                if is_packed:
                    # A small packed block may unpack to a thousand others, without any waiting.
                    await asyncio.sleep(0)


async def read_body(reply: httpx2.Response, most_bytes: int, url: str) -> bytes:
    """Returns the beginning of a body, as much as came in time.

    Raises:
        EndpointError: it is packed in a way that can't be unpacked.
    """
    body = bytearray()
    with suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(_PATIENCE), aclosing(read_blocks(reply, url)) as blocks:
            async for block in blocks:
                body += block
                if len(body) > most_bytes:
                    break
    return bytes(body[:most_bytes])


def _codings(reply: httpx2.Response) -> list[str]:
    named = reply.headers.get_list("content-encoding", split_commas=True)
    return [coding.strip().lower() for coding in named if coding.strip()]

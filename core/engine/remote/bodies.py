"""Bodies of replies, unpacked piece by piece and up to a bound."""

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


async def read_blocks(reply: httpx2.Response, url: str) -> AsyncGenerator[bytes, None]:
    """Yields the body as it comes; other work of the loop goes on between any two pieces.

    Raises:
        EndpointError: it is packed in a way that can't be unpacked.
        httpx2.HTTPError: the connection broke.
    """
    named = reply.headers.get_list("content-encoding", split_commas=True)
    codings = [coding.strip().lower() for coding in named if coding.strip()]
    for coding in codings:
        if coding not in _UNPACKED:
            raise EndpointError(
                f"{url} packs its answers as {coding[:20]!r}, which was not asked for; set up what "
                "stands before the server so that it leaves them as they are."
            )
    async with aclosing(reply.aiter_bytes()) as blocks:
        async for block in blocks:
            for start in range(0, len(block), _LARGEST_BLOCK):
                yield block[start : start + _LARGEST_BLOCK]
                if codings:
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

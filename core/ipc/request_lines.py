"""Lines of a client, read within a limit."""

import asyncio
from typing import Final

from ..messages.lines import LONGEST_REQUEST
from .held_bytes import Share

READ_BYTES: Final = 1 << 14
"""Limit of the stream reader: of what a client sends, at most twice this is buffered unread."""


class LineTooLong(Exception):
    """A line is longer than a request can be."""


class RequestLines:
    """Reads lines; the part of one that has come is counted to the client."""

    def __init__(self, reader: asyncio.StreamReader, share: Share) -> None:
        self._reader = reader
        self._share = share

    async def read(self) -> bytes:
        """Returns the next line; empty at the end of the stream.

        Raises:
            LineTooLong: it has more than `LONGEST_REQUEST` bytes.
            ConnectionError: the connection broke.
        """
        pieces: list[bytes] = []
        nbytes = 0
        try:
            while True:
                piece, is_end = await self._read_piece()
                pieces.append(piece)
                nbytes += len(piece)
                self._share.add(len(piece))
                if nbytes > LONGEST_REQUEST + 1:
                    raise LineTooLong
                if is_end:
                    return b"".join(pieces)
        finally:
            # The traceback of a cancelled task would keep them.
            pieces.clear()
            self._share.add(-nbytes)

    async def _read_piece(self) -> tuple[bytes, bool]:
        """Returns what has come of a line, and whether that is its end."""
        try:
            return await self._reader.readuntil(), True
        except asyncio.IncompleteReadError as error:
            return error.partial, True
        except asyncio.LimitOverrunError as error:
            return await self._reader.readexactly(error.consumed), False

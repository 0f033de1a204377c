"""The first line of a connection, which must be a fitting `Hello`, and the last one."""

import asyncio
from typing import Final

from ..errors import BadRequest, CoreVersionMismatch, SeeshellError
from ..messages.events import Refused, Welcome
from ..messages.lines import decode_request
from ..messages.requests import Hello
from ..undecodable import UNDECODABLE
from .request_lines import READ_BYTES

_GREET_PATIENCE: Final = 5.0
"""Seconds that a connection has for saying hello."""

_FLUSH_PATIENCE: Final = 2.0
"""Seconds that a client has for taking what waits for it when the connection ends."""

_DISCARD_PAUSE: Final = 0.01


async def read_hello(reader: asyncio.StreamReader) -> Hello:
    """Returns the first request of a connection.

    Raises:
        BadRequest: it is no `Hello`, or does not come.
        ConnectionError: the connection broke.
    """
    try:
        async with asyncio.timeout(_GREET_PATIENCE):
            line = await reader.readuntil()
        hello = decode_request(line)
    except asyncio.IncompleteReadError as error:
        if not error.partial:
            raise ConnectionResetError("closed without a word") from error
        raise BadRequest("A connection opens with Hello.") from error
    except asyncio.LimitOverrunError as error:
        sentence = f"A connection opens with Hello, of at most {READ_BYTES:,} bytes."
        raise BadRequest(sentence) from error
    except UNDECODABLE as error:
        raise BadRequest("A connection opens with Hello.") from error
    except TimeoutError as error:
        sentence = f"A connection opens with Hello, within {_GREET_PATIENCE:.0f} seconds."
        raise BadRequest(sentence) from error
    if not isinstance(hello, Hello):
        raise BadRequest("A connection opens with Hello.")
    return hello


def check_protocol(hello: Hello, welcome: Welcome, *, is_busy: bool) -> None:
    """Raises `CoreVersionMismatch` if the client speaks another protocol than the core.

    Of the same protocol any two versions work together.

    Args:
        hello: what the client says of itself.
        welcome: what the core says of itself.
        is_busy: whether a turn or a load would be cut off if the core were stopped now.
    """
    if hello.protocol == welcome.protocol:
        return
    sentence = (
        f"The running core is seeshell {welcome.version} (protocol {welcome.protocol}), this is "
        f"{hello.version} (protocol {hello.protocol}): stop it (`seeshell stop`), then try again."
    )
    if is_busy:
        sentence += " It is at work; what it has said when it is stopped is kept."
    raise CoreVersionMismatch(sentence)


def refusal(error: SeeshellError, request: int = 0) -> Refused:
    """Returns what tells a client why something was not carried out."""
    return Refused(reply_to=request, error=type(error).__name__, sentence=str(error))


async def hang_up(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, last: bytes, *, discards: bool
) -> None:
    """Sends the last lines and closes the connection, soon whatever the client does.

    Args:
        reader: nobody else reads from it.
        writer: of the same connection.
        last: lines that the client has not got yet.
        discards: whether to read on what it sends. Unread, that would reset the connection, and
            the client could lose the last lines by it.
    """
    try:
        async with asyncio.timeout(_FLUSH_PATIENCE):
            writer.write(last)
            if discards:
                await writer.drain()
                writer.write_eof()
                while await reader.read(1 << 16):  # noqa: ASYNC110 - it waits for the client too
                    # Slowly: others come first.
                    await asyncio.sleep(_DISCARD_PAUSE)
            writer.close()
            await writer.wait_closed()
    except (TimeoutError, OSError):
        writer.transport.abort()

"""Reaching the core that holds the lock, and making sure that no other one answers."""

import asyncio
import os
import socket
from typing import Final, NamedTuple

from ... import __version__
from ..client_environment import ClientEnvironment
from ..errors import CoreUnreachable, CoreVersionMismatch
from ..messages.events import Refused, Welcome
from ..messages.lines import PROTOCOL, decode_event, encode
from ..messages.requests import Hello
from ..settings import Paths
from ..undecodable import UNDECODABLE
from .core_process import error_of
from .lock import CoreAddress, is_core_alive, read_address
from .peer import is_own_process, peer_pid

_LONGEST_EVENT: Final = 1 << 30
_HELLO_PATIENCE: Final = 30.0


class Reached(NamedTuple):
    """An open connection to the right core."""

    welcome: Welcome
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class CoreNotReady(Exception):
    """A core runs, but can't be talked to at this moment; `str()` is a sentence that says why."""


async def reach_core(paths: Paths, window: str, environment: ClientEnvironment) -> Reached | None:
    """Returns a connection to the core of these paths; None if none runs.

    Nothing but `Hello` is sent before the process that answers, and the data folder that it serves,
    were found to be those of the lock.

    Raises:
        CoreNotReady: it starts, ends, makes its socket anew, or another process has taken that.
        CoreUnreachable: it does not answer.
        CoreVersionMismatch: it speaks another protocol; `stop_core` ends it.
    """
    # The address first: of a lock that is held afterwards it can't be left from a dead core.
    address = read_address(paths)
    if not is_core_alive(paths):
        return None
    if address is None or not address.socket:
        raise CoreNotReady("A core is starting or ending and does not listen: try again.")
    connection = _connect(address)
    try:
        _check_process(connection, address)
    except BaseException:
        connection.close()
        raise
    reader, writer = await asyncio.open_unix_connection(sock=connection, limit=_LONGEST_EVENT)
    welcome = None
    try:
        hello = Hello(
            request=1,
            version=__version__,
            protocol=PROTOCOL,
            window=window,
            environment=environment,
        )
        welcome = await _open(reader, writer, address, hello)
        _check_welcome(welcome, address, paths)
        return Reached(welcome, reader, writer)
    except BaseException:
        writer.close()
        raise


def _connect(address: CoreAddress) -> socket.socket:
    """Returns a connected socket.

    asyncio would take `EAGAIN`, a full backlog, for a connection that is under way.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.setblocking(False)
    try:
        connection.connect(address.socket)
    except (OSError, ValueError) as error:
        connection.close()
        raise _not_ready(address, f"can't be reached at {address.socket} ({error})") from error
    return connection


def _check_process(connection: socket.socket, address: CoreAddress) -> None:
    try:
        is_own = is_own_process(connection)
    except ConnectionError as error:
        raise _not_ready(address, "hangs up") from error
    if not is_own:
        raise _not_ready(address, f"has lost {address.socket} to a process of another user")
    pid = peer_pid(connection)
    if pid not in (None, address.pid):
        raise _not_ready(address, f"has lost {address.socket} to process {pid}")


async def _open(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: CoreAddress, hello: Hello
) -> Welcome:
    """Says hello and returns the answer."""
    try:
        async with asyncio.timeout(_HELLO_PATIENCE):
            writer.write(encode(hello))
            line = await reader.readline()
    except ConnectionError as error:
        raise _not_ready(address, "hangs up") from error
    except TimeoutError as error:
        sentence = f"The core (process {address.pid}) does not answer: stop it, or wait."
        raise CoreUnreachable(sentence) from error
    if not line.endswith(b"\n"):
        raise _not_ready(address, "hangs up")
    try:
        event = decode_event(line)
    except UNDECODABLE as error:
        raise CoreVersionMismatch(
            "The running core is of a version that can't be talked to: stop it, then try again."
        ) from error
    if isinstance(event, Refused):
        raise error_of(event)
    if not isinstance(event, Welcome):
        raise _not_ready(address, "does not say Welcome")
    return event


def _check_welcome(welcome: Welcome, address: CoreAddress, paths: Paths) -> None:
    if welcome.protocol != PROTOCOL:
        raise CoreVersionMismatch(
            f"The running core is seeshell {welcome.version} (protocol {welcome.protocol}), this "
            f"is {__version__} (protocol {PROTOCOL}): stop it (`seeshell stop`), then try again."
        )
    is_right = os.path.realpath(welcome.data_dir) == os.path.realpath(paths.data_dir)
    if welcome.pid != address.pid or not is_right:
        whose = f"process {welcome.pid}, which serves {welcome.data_dir}"
        raise _not_ready(address, f"has lost {address.socket} to {whose}")


def _not_ready(address: CoreAddress, what: str) -> CoreNotReady:
    return CoreNotReady(
        f"The core (process {address.pid}) {what}: stop it (`seeshell stop`), then try again."
    )

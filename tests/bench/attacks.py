"""What clients do to a core that no client should do; each runs in a process of its own."""

import asyncio
import json
import socket
import time
from collections.abc import Callable
from contextlib import suppress

from seeshell.core.messages.lines import LONGEST_REQUEST, PROTOCOL

HELLO = {"type": "Hello", "request": 1, "version": "bench", "protocol": PROTOCOL}

SECONDS = 15.0
"""How long an attack goes on."""

Attack = Callable[[str], str]
"""Attacks the socket of that path; returns what came of it."""


def stay_away(path: str) -> str:
    """Nobody misbehaves while a long answer is given: what that itself costs."""
    time.sleep(SECONDS)
    return "for comparison"


def never_read(path: str) -> str:
    """20 clients follow a long answer and never read a byte."""
    opening = {"type": "OpenConversation", "request": 2, "conversation": _newest(path)}
    lines = [_dial(path, HELLO, opening) for _ in range(20)]
    time.sleep(SECONDS)
    return _fates(lines)


def ask_without_reading(path: str) -> str:
    """One client asks 6,000 times for 500 conversations and reads no reply."""
    return _ask_without_reading(path, 1)


def ask_without_reading_together(path: str) -> str:
    """20 clients do so."""
    return _ask_without_reading(path, 20)


def never_greet(path: str) -> str:
    """500 connections say nothing."""
    return _never_greet(path, 500)


def never_greet_in_masses(path: str) -> str:
    """3,000 connections say nothing."""
    return _never_greet(path, 3000)


def burst(path: str) -> str:
    """400 clients connect at once, and try again where the system turns them away."""
    start = time.monotonic()
    lines = []
    for _ in range(400):
        while True:
            try:
                lines.append(_dial(path, HELLO))
                break
            except (BlockingIOError, ConnectionRefusedError):
                time.sleep(0.01)
    welcomed = sum(b"Welcome" in _read_line(line) for line in lines)
    return f"{welcomed} welcomed in {time.monotonic() - start:.2f} s"


def nest(path: str) -> str:
    """Documents nested 1,000 and 100,000 deep, as requests and as first lines."""
    refused = 0
    for depth in (1_000, 100_000):
        nested = b"[" * depth + b"]" * depth
        for _ in range(100):
            first = _dial(path)
            first.sendall(nested + b"\n")
            refused += b"Refused" in _read_line(first)
        line = _dial(path, HELLO)
        _read_line(line)
        for _ in range(100):
            line.sendall(b'{"type": "GetStatus", "x": ' + nested + b"}\n")
            refused += b"Refused" in _read_line(line)
    return f"{refused} of 400 refused with a sentence"


def flood_with_garbage(path: str) -> str:
    """One client writes empty objects as fast as it can, and reads what comes."""
    return _flood(path, b"{}\n" * 10_000)


def flood_with_requests(path: str) -> str:
    """One client asks for the status as fast as it can, and reads what comes."""
    return _flood(path, b'{"type":"GetStatus"}\n' * 3_000)


def flood_with_half_lines(path: str) -> str:
    """100 clients send 8 MB each of a line that does not end."""
    lines = [_dial(path, HELLO) for _ in range(100)]
    for line in lines:
        line.setblocking(False)
    left = dict.fromkeys(lines, LONGEST_REQUEST)
    until = time.monotonic() + SECONDS
    while left and time.monotonic() < until:
        for line in list(left):
            try:
                left[line] -= line.send(b"x" * min(1 << 18, left[line]))
                if not left[line]:
                    del left[line]
            except BlockingIOError:
                continue
            except OSError:
                del left[line]
        time.sleep(0.001)
    return _fates(lines)


def _ask_without_reading(path: str, clients: int) -> str:
    request = {"type": "ListConversations", "request": 2}
    lines = [_dial(path, HELLO) for _ in range(clients)]
    text = (json.dumps(request).encode() + b"\n") * 6000
    for line in lines:
        line.settimeout(SECONDS / clients)
        with suppress(OSError):
            line.sendall(text)
    time.sleep(SECONDS)
    return _fates(lines)


def _never_greet(path: str, connections: int) -> str:
    lines = []
    for _ in range(connections):
        with suppress(OSError):
            lines.append(_dial(path))
    time.sleep(SECONDS)
    return _fates(lines)


def _flood(path: str, text: bytes) -> str:
    async def flood() -> int:
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(json.dumps(HELLO).encode() + b"\n")
        reading = asyncio.create_task(_count(reader))
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            writer.write(text)
            with suppress(TimeoutError):
                await asyncio.wait_for(writer.drain(), SECONDS)
        writer.close()
        reading.cancel()
        return count

    count = 0

    async def _count(reader: asyncio.StreamReader) -> None:
        nonlocal count
        while read := await reader.read(1 << 16):
            count += read.count(b"\n")

    return f"{asyncio.run(flood()):,} replies read"


def _newest(path: str) -> int:
    listing = {"type": "ListConversations", "request": 2, "limit": 1}
    line = _dial(path, HELLO, listing)
    while True:
        event = json.loads(_read_line(line))
        if event["type"] == "ConversationsListed":
            return int(event["conversations"][0]["id"])


def _dial(path: str, *frames: dict[str, object]) -> socket.socket:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.connect(path)
    for frame in frames:
        line.sendall(json.dumps(frame).encode() + b"\n")
    return line


def _read_line(line: socket.socket) -> bytes:
    line.settimeout(SECONDS)
    text = b""
    # One byte at a time: what follows the line stays to be read.
    with suppress(OSError):
        while not text.endswith(b"\n") and (byte := line.recv(1)):
            text += byte
    return text


def _fates(lines: list[socket.socket]) -> str:
    """Says how many connections the core has ended, and how many with a sentence."""
    ended = told = 0
    for line in lines:
        line.settimeout(0)
        read = b""
        try:
            while piece := line.recv(1 << 20):
                read = read[-1000:] + piece
            ended += 1
        except BlockingIOError:
            pass
        except OSError:
            ended += 1
        told += b'"Refused"' in read[-1000:]
    return f"{ended} of {len(lines)} ended, {told} with a sentence"


DURING_AN_ANSWER = (stay_away, never_read)

ATTACKS: tuple[Attack, ...] = (
    stay_away,
    never_read,
    ask_without_reading,
    ask_without_reading_together,
    never_greet,
    never_greet_in_masses,
    burst,
    nest,
    flood_with_garbage,
    flood_with_requests,
    flood_with_half_lines,
)

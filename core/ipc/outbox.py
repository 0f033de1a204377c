"""Events that wait for one client, merged while it is slow, and counted in bytes."""

import asyncio
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ..messages.events import (
    AnyEvent,
    Decoded,
    Delta,
    PictureBegun,
    Prefilled,
    ThoughtsDelta,
    WorkChanged,
)
from ..messages.library_events import LibraryChanged
from ..messages.lines import encode
from ..messages.model_events import ModelLoading
from .held_bytes import Share

ROOM_BYTES: Final = 1 << 20
"""When more than this waits for a client, no further request of it is carried out."""

_CHUNK_BYTES: Final = 1 << 16
_MOST_LINE_BYTES: Final = 1 << 24
"""What a line counts for at most: no conversation is too long to be opened."""

_FRAME_BYTES: Final = 300
"""About what an event takes beside its line or text."""
_ROW_BYTES: Final = 800
"""About what a row of a list takes, or its removal."""
_PIECES: Final = 512

_OF_A_MESSAGE: Final = (Decoded, Delta, PictureBegun, Prefilled, ThoughtsDelta)
_OF_THE_CORE: Final = (LibraryChanged, ModelLoading, WorkChanged)

_Key = tuple[int, type, int]


class _Waiting(Struct):
    """An event, or several that have become one."""

    frame: bytes | AnyEvent
    """A line as it is sent; of what can still be merged, the newest event."""
    nbytes: int = 0
    texts: list[str] = []
    """Of deltas, of text or of thoughts, their texts."""

    def take_in(self, event: AnyEvent) -> None:
        """Makes an event and what waits one; the first one too, which waits already."""
        added = 0 if self.nbytes else _FRAME_BYTES
        if isinstance(event, Delta | ThoughtsDelta):
            added += len(event.text.encode(errors="replace"))
            self.texts.append(event.text)
            if len(self.texts) > _PIECES:
                # Each string takes 49 bytes beside its text.
                self.texts = ["".join(self.texts)]
        if isinstance(event, LibraryChanged):
            if isinstance(self.frame, LibraryChanged) and self.frame is not event:
                event = event.after(self.frame)
            added = _FRAME_BYTES + _ROW_BYTES * (len(event.rows) + len(event.gone)) - self.nbytes
        self.frame = event
        self.nbytes += added

    def line(self) -> bytes:
        """Returns what is sent."""
        if isinstance(self.frame, bytes):
            return self.frame
        if isinstance(self.frame, Delta | ThoughtsDelta):
            return _line(replace(self.frame, text="".join(self.texts)))
        return _line(self.frame)


def _line(event: AnyEvent) -> bytes:
    try:
        return encode(event)
    except UnicodeEncodeError:
        # Half of a surrogate pair, from an endpoint or in a file's name.
        return msgspec.json.encode(_cleaned(msgspec.to_builtins(event))) + b"\n"


def _cleaned(value: object) -> object:
    match value:
        case str():
            return value.encode(errors="replace").decode()
        case list():
            return [_cleaned(it) for it in value]
        case dict():
            return {name: _cleaned(it) for name, it in value.items()}
    return value


class Outbox:
    """A queue of events in order, taken as the lines that are sent.

    Between two events that can't be merged, all deltas of a message become one (its thoughts
    another) and of progress reports only the newest stays: a client that does not read costs the
    core one copy of the text, not one event a token.
    """

    def __init__(self, share: Share) -> None:
        self._share = share
        self._waiting: dict[_Key, _Waiting] = {}
        self._unmerged = 0
        self._taken_bytes = 0
        self.nbytes = 0
        """Bytes that wait, with those that were taken last."""
        self._is_filled = asyncio.Event()
        self._is_limited = True
        self._has_room = asyncio.Event()
        self._has_room.set()
        self.closed = asyncio.Event()
        """Set when nothing is added any more: the client has gone or is given up."""

    def put(self, event: AnyEvent) -> None:
        """Adds an event; never waits."""
        if self.closed.is_set():
            return
        if event.reply_to or not isinstance(event, _OF_A_MESSAGE + _OF_THE_CORE):
            self._add_line(_line(event))
            return
        message = event.message if isinstance(event, _OF_A_MESSAGE) else 0
        key = (self._unmerged, type(event), message)
        waiting = self._waiting.get(key)
        if waiting is None:
            waiting = self._waiting[key] = _Waiting(event)
        before = waiting.nbytes
        waiting.take_in(event)
        self._count(waiting.nbytes - before)
        self._is_filled.set()

    async def take(self) -> bytes:
        """Waits for events and returns the oldest that wait, about 64 KiB or one larger line.

        Calling it tells that what was taken before is on its way.
        """
        self._count(-self._taken_bytes)
        self._taken_bytes = 0
        await self._is_filled.wait()
        return self._take(_CHUNK_BYTES)

    def take_all(self) -> bytes:
        """Returns everything that waits."""
        return self._take(self.nbytes + 1)

    async def wait_for_room(self) -> None:
        """Returns when little waits, or what waits limits nobody any more."""
        await self._has_room.wait()

    def lift_limit(self) -> None:
        """Lets nobody wait for room any more, as when all is about to end."""
        self._is_limited = False
        self._has_room.set()

    def close(self) -> None:
        """Adds nothing any more; what waits can still be taken."""
        self.closed.set()
        self.lift_limit()

    def drop(self, last: AnyEvent) -> None:
        """Closes; in place of all that waits there is a last event."""
        if self.closed.is_set():
            return
        self._count(self._taken_bytes - self.nbytes)
        self._waiting.clear()
        self._add_line(_line(last))
        self.close()

    def _add_line(self, line: bytes) -> None:
        key = (self._unmerged + 1, bytes, 0)
        self._unmerged += 2
        nbytes = min(len(line), _MOST_LINE_BYTES) + _FRAME_BYTES
        self._waiting[key] = _Waiting(line, nbytes)
        self._count(nbytes)
        self._is_filled.set()

    def _take(self, most_bytes: int) -> bytes:
        lines: list[bytes] = []
        nbytes = 0
        while self._waiting and nbytes < most_bytes:
            waiting = self._waiting.pop(next(iter(self._waiting)))
            lines.append(waiting.line())
            nbytes += waiting.nbytes
        self._taken_bytes += nbytes
        if not self._waiting:
            self._is_filled.clear()
        return b"".join(lines)

    def _count(self, nbytes: int) -> None:
        self.nbytes += nbytes
        if self.nbytes <= ROOM_BYTES or not self._is_limited:
            self._has_room.set()
        else:
            self._has_room.clear()
        # Last, as it may close this outbox.
        self._share.add(nbytes)

"""The data of the events in a text/event-stream, however its lines end and wherever it is cut.

The readers of the package index were tried with this one's tests: httpx2's and httpx-sse's lose an
event that is not ended and the first one behind a BOM, and refuse other content types; sseclient-py
and LaunchDarkly's raise at bytes that are no UTF-8; none takes events without blank lines.
"""

import re
from typing import Final

LONGEST_EVENT: Final = 2**20
"""Bytes of one line, and of the data of one event; what is longer is no answer."""

_LINE_END: Final = re.compile(rb"\r\n|\r|\n")

BOM: Final = b"\xef\xbb\xbf"
"""The byte order mark of UTF-8."""

_DATA_FIELDS: Final = (b"data", b"error")
"""llama-server once named the field that holds an error `error`."""


class EventStream:
    """Cuts a text/event-stream into the data of its events.

    Beyond the standard it also takes what servers get wrong: an event that lacks its blank line at
    the end of the stream or before the next JSON object, and JSON that stands bare on a line.
    """

    def __init__(self) -> None:
        self.is_too_long = False
        """Whether a line or an event was too long to go on."""
        self._line = bytearray()
        self._ended_in_cr = False
        self._data: list[bytes] = []

    def feed(self, block: bytes) -> list[bytes]:
        """Returns the data of the events that are complete now; lines are joined by newlines."""
        if not block or self.is_too_long:
            return []
        if self._ended_in_cr and block.startswith(b"\n"):
            block = block[1:]
        self._ended_in_cr = block.endswith(b"\r")
        start, *others = _LINE_END.split(block)
        self._line += start
        events: list[bytes] = []
        for following in others:
            self._take(bytes(self._line), events)
            self._line = bytearray(following)
        size = max(len(self._line), sum(map(len, self._data)))
        self.is_too_long = self.is_too_long or size > LONGEST_EVENT
        return events

    def end(self) -> list[bytes]:
        """Returns the data of a last event that lacks its blank line or its newline."""
        events: list[bytes] = []
        self._take(bytes(self._line), events)
        self._line.clear()
        self._dispatch(events)
        return events

    def _take(self, line: bytes, events: list[bytes]) -> None:
        """Adds what a line says to the event, or the event to those that are complete."""
        line = line.removeprefix(BOM)
        if self.is_too_long or len(line) > LONGEST_EVENT:
            self.is_too_long = True
            return
        if not line.strip():
            self._dispatch(events)
            return
        if line.startswith(b"{"):
            line = b"data:" + line
        field, _, value = line.partition(b":")
        if field.strip() not in _DATA_FIELDS:
            return
        value = value.removeprefix(b" ")
        # Inside of JSON no `{` follows a `}`: a new object begins, and the blank line is missing.
        if self._data and self._data[-1].endswith(b"}") and value.lstrip()[:1] in (b"{", b"["):
            self._dispatch(events)
        self._data.append(value)

    def _dispatch(self, events: list[bytes]) -> None:
        if self._data:
            events.append(b"\n".join(self._data))
            self._data.clear()

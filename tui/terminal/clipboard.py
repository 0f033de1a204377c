"""Pictures in the clipboard of the machine where the terminal runs: kitty's OSC 5522. Pure.

    app                                    terminal
    which kinds are there              →
                                       ←   OK, DATA with their names, DONE; or an error
    the best kind of picture           →
                                       ←   OK, DATA as often as it takes, DONE; or an error

The terminal may first ask its user. Source: https://sw.kovidgoyal.net/kitty/clipboard/
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Final, NamedTuple

BEGIN: Final = "\x1b]5522;"
"""Of everything that either side says."""

_END: Final = "\x1b\\"
_ALL_KINDS: Final = "."

_SUFFIXES: Final = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "image/avif": ".avif",
    "image/tiff": ".tiff",
    "image/gif": ".gif",
    "image/bmp": ".bmp",
}
"""The kinds that are read, the best first."""

_MOST_BYTES: Final = 64 * 2**20
"""Of a picture: over a line of 1 MB/s that takes more than a minute."""

_REASONS: Final = {
    "EPERM": "The terminal does not let programs read its clipboard: allow it (in kitty.conf: "
    "clipboard_control), then try again.",
    "ENOSYS": "The terminal's clipboard can't be read here.",
    "EBUSY": "The terminal's clipboard is in use: try again.",
}
_FAILED: Final = "The terminal could not read its clipboard: try again."


class ClipboardPicture(NamedTuple):
    """A picture that was in the clipboard."""

    content: bytes
    suffix: str
    """Of a file of its kind, as `.png`."""


class NotRead(Exception):
    """There is no picture to be had; says why."""


class _Packet(NamedTuple):
    status: str
    kind: str
    payload: bytes


class ClipboardReading:
    """Asks for the kinds that are there, then for the best picture among them."""

    def __init__(self, write: Callable[[str], object]) -> None:
        """Asks; what the terminal says is to be given to `take`."""
        self._write = write
        self._kind = _ALL_KINDS
        self._content = bytearray()
        self._ask()

    def take(self, said: str) -> ClipboardPicture | None:
        """Returns the picture once it is whole; None before that.

        Args:
            said: what stands between `BEGIN` and its end.

        Raises:
            NotRead: there is none, or the terminal does not give it.
        """
        packet = _read_packet(said)
        if packet is None or packet.status == "OK":
            return None
        if packet.status == "DATA":
            if packet.kind == self._kind:
                self._content += packet.payload
            if len(self._content) > _MOST_BYTES:
                raise NotRead(
                    "The picture in the clipboard is larger than 64 MB: save it as a file."
                )
            return None
        if packet.status != "DONE":
            raise NotRead(_REASONS.get(packet.status, _FAILED))
        if self._kind == _ALL_KINDS:
            self._choose(bytes(self._content).decode("utf-8", "replace").split())
            return None
        if not self._content:
            raise NotRead(_FAILED)
        return ClipboardPicture(bytes(self._content), _SUFFIXES[self._kind])

    def _choose(self, kinds: list[str]) -> None:
        kind = next((it for it in _SUFFIXES if it in kinds), None)
        if kind is None:
            raise NotRead("There is no picture in the clipboard.")
        self._kind, self._content = kind, bytearray()
        self._ask()

    def _ask(self) -> None:
        self._write(f"{BEGIN}type=read;{b64encode(self._kind.encode()).decode()}{_END}")


def _read_packet(said: str) -> _Packet | None:
    """Returns what a reply says; None for what is none to a reading, or is broken."""
    metadata, _, payload = said.partition(";")
    pairs = dict(it.split("=", 1) for it in metadata.split(":") if "=" in it)
    if pairs.get("type") != "read" or "status" not in pairs:
        return None
    try:
        kind = b64decode(pairs.get("mime", ""), validate=True).decode("utf-8", "replace")
        return _Packet(pairs["status"], kind, b64decode(payload, validate=True))
    except (binascii.Error, ValueError):
        return _Packet("EIO", "", b"")

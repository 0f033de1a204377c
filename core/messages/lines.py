"""Requests and events as lines of JSON."""

from typing import Final

import msgspec

from .event import Event
from .events import AnyEvent
from .request import Request
from .requests import AnyRequest

PROTOCOL: Final = 8
"""Number of what requests and events mean; goes up with every change that an older end would get
wrong. Version 1 had none."""

LONGEST_REQUEST: Final = 8 << 20
"""Bytes of the longest line that the core takes."""

_encoder = msgspec.json.Encoder()
_request_decoder: msgspec.json.Decoder[AnyRequest] = msgspec.json.Decoder(AnyRequest)
_event_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def encode(frame: Request | Event) -> bytes:
    """Returns the frame as one line of JSON, newline included."""
    return _encoder.encode(frame) + b"\n"


def decode_request(line: bytes) -> AnyRequest:
    """Returns the request on a line.

    Raises:
        UNDECODABLE: the line is no request of this version.
    """
    return _request_decoder.decode(line)


def decode_event(line: bytes) -> AnyEvent:
    """Returns the event on a line.

    Raises:
        UNDECODABLE: the line is no event of this version.
    """
    return _event_decoder.decode(line)

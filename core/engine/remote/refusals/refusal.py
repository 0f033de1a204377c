"""What a server says when it does not answer, read from status, headers and body."""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ....wording import one_line
from ..server_json import read_json
from .overflow import Overflow, read_overflow
from .retry_after import read_wait

_LONGEST_WORDS: Final = 300
"""Characters of a server's words that a sentence quotes."""

_SHORTEST_SECRET: Final = 8
"""Characters; shorter keys are made up for servers that want any key, and are parts of words."""

_NO_MODEL: Final = re.compile(
    r"model.{0,200}?(not found|not exist|no such|unknown|not a valid|not available|isn't available)"
    r"|(unknown|invalid|no such) model|not a valid model|model_not_found"
    r"|find (the |a )?(real)?model"
)

_USED_UP: Final = re.compile(
    r"insufficient_(quota|balance|credits?)|exceeded your current quota|billing|more credits"
    r"|insufficient (quota|balance|credits?|funds)|credit balance"
)
"""How servers say that waiting does not help."""

_WANTS_HTTPS: Final = re.compile(
    rb"plain HTTP request was sent to HTTPS|HTTP request to an HTTPS server", re.IGNORECASE
)
"""How nginx and Go say that they were asked in http for what they give in https."""

_LOADING: Final = re.compile(r"loading (the )?model|model (is )?(still |currently )?(being )?load")

BUSY_STATUSES: Final = (429, 503, 529)
"""With these a server says that it may answer later."""


@dataclass(frozen=True)
class Refusal:
    """What a server said instead of an answer."""

    status: int
    """Of HTTP; of the error where it came inside an answer."""
    said: str = ""
    """One line without the key; empty where the server gave no words for people."""
    codes: tuple[str, ...] = ()
    """The error's code and type."""
    parameter: str = ""
    """What of the request the error is about, where it says so."""
    overflow: Overflow | None = None
    """Set if prompt and answer do not fit the context."""
    wait: float | None = None
    """Seconds after which to ask again; None where the server does not say."""
    moved_to: str = ""
    """Where the server sends the request on to."""
    is_inside: bool = False
    """Whether it came inside an answer."""
    wants_https: bool = False
    """Whether the server can be asked in https alone."""

    @property
    def is_busy(self) -> bool:
        """Whether asking again later may help."""
        return self.status in BUSY_STATUSES and not self.is_used_up

    @property
    def is_loading(self) -> bool:
        """Whether the server's model is on its way into memory."""
        return self.status == 503 and _LOADING.search(self.said.lower()) is not None

    @property
    def is_used_up(self) -> bool:
        """Whether the account has nothing left to pay the answer with."""
        return self.status == 402 or _USED_UP.search(self._words) is not None

    @property
    def is_about_the_model(self) -> bool:
        """Whether the server does not know the model."""
        return self.status in (400, 404, 422) and _NO_MODEL.search(self._words) is not None

    @property
    def _words(self) -> str:
        return " ".join((self.said, *self.codes)).lower()


class ServerRefused(Exception):
    """A server did not answer a request; whoever asked may mend it or explain the refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.said)
        self.refusal = refusal


def read_refusal(status: int, headers: Mapping[str, str], body: bytes, key: str) -> Refusal:
    """Returns what a reply that is no answer says.

    Args:
        status: of HTTP, or 200 for an error inside an answer.
        headers: with names in lower case.
        body: as much as was read.
        key: what was sent, which some servers repeat.
    """
    error, said = _read_body(body, headers.get("content-type", ""))
    is_inside = status == 200
    if is_inside:
        status = next(filter(None, map(_as_status, (error.get("code"), error.get("status")))), 500)
    words = one_line(said)
    shown = _without_key(words, key)
    codes = tuple(
        it for name in ("code", "type", "status") if isinstance(it := error.get(name), str)
    )
    return Refusal(
        status,
        shown.rstrip(".") if len(shown) <= _LONGEST_WORDS else f"{shown[:_LONGEST_WORDS]}…",
        codes,
        _name_parameter(error),
        None if status == 429 else read_overflow(words, codes, error),
        read_wait(headers, words, time.time()),
        headers.get("location", "") if 300 <= status < 400 else "",
        is_inside,
        status == 400 and _WANTS_HTTPS.search(body) is not None,
    )


def _without_key(words: str, key: str) -> str:
    """Returns words without the key; of one such as `1` or `none`, only where it stands alone."""
    if not key:
        return words
    pattern = re.escape(key)
    if len(key) < _SHORTEST_SECRET:
        pattern = rf"(?<![\w-]){pattern}(?![\w-])"
    return re.sub(pattern, "[key]", words)


def _read_body(body: bytes, content_type: str) -> tuple[dict[str, Any], str]:
    """Returns the error's fields and its words."""
    try:
        content = read_json(body)
    except ValueError:
        is_page = "html" in content_type or b"<" in body[:100]
        return {}, "" if is_page else body[:2000].decode("utf-8", "replace")
    fields: dict[str, Any] = {}
    for layer in _layers(content):
        if isinstance(layer, str):
            return fields, layer
        if isinstance(layer, dict):
            fields |= {name: value for name, value in layer.items() if value is not None}
    return fields, ""


def _name_parameter(error: dict[str, Any]) -> str:
    """Returns the field of the request that an error names, FastAPI's at the end of a path."""
    named = error.get("param") or error.get("loc")
    if isinstance(named, list) and named:
        named = named[-1]
    return named if isinstance(named, str) else ""


def _layers(said: Any) -> Iterator[Any]:
    """Yields what servers wrap an error's words in, from the outside in, the words last.

    An error, a detail, a list of messages; JSON inside a string, as gateways pass it on.
    """
    for _ in range(20):
        if isinstance(said, str) and said.lstrip().startswith("{"):
            said = _parse(said)
        yield said
        if isinstance(said, str):
            return
        if isinstance(said, list):
            said = said[0] if said else ""
            continue
        said = _inner(said) if isinstance(said, dict) else str(said)


def _inner(said: dict[str, Any]) -> Any:
    metadata = said.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    if isinstance(raw, str) and raw.strip():
        return raw
    names = ("error", "errors", "detail", "message", "msg", "error_msg", "status_msg", "base_resp")
    return next((said[name] for name in names if said.get(name)), "")


def _parse(said: str) -> Any:
    try:
        return read_json(said.encode("utf-8", "replace"))
    except ValueError:
        return said


def _as_status(code: Any) -> int:
    try:
        status = int(code)
    except (TypeError, ValueError, OverflowError):
        return 0
    return status if 400 <= status < 600 else 0

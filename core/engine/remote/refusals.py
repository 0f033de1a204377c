"""What a server says when it does not answer: read from status, headers and body, then explained."""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from ...errors import EndpointError, PromptRefused, PromptTooLong, TurnError
from .overflow import Overflow, read_overflow
from .retry_after import read_wait
from .server_json import read_json

_LONGEST_WORDS: Final = 300
"""Characters of a server's words that a sentence quotes."""

_LASTING: Final = (400, 413, 415, 422)
"""With these a server says that the request as it is will never do."""

_ABOUT_PICTURES: Final = re.compile(r"image|picture|multi-?modal|vision|mmproj")
"""How servers that fail at a picture say so, whatever status they give."""

_NO_MODEL: Final = re.compile(
    r"model.{0,200}?(not found|not exist|no such|unknown|not a valid|not available|isn't available)"
    r"|(unknown|invalid|no such) model|not a valid model|model_not_found|find (the |a )?(real)?model"
)

_USED_UP: Final = re.compile(
    r"insufficient_(quota|balance|credits?)|exceeded your current quota|billing|more credits"
    r"|insufficient (quota|balance|credits?|funds)|credit balance"
)
"""How servers say that waiting does not help."""

_LOADING: Final = re.compile(r"loading (the )?model|model (is )?(still |currently )?(being )?load")

_BUSY: Final = (429, 503, 529)


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

    @property
    def is_busy(self) -> bool:
        """Whether asking again later may help."""
        return self.status in _BUSY and not self.is_used_up

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


@dataclass(frozen=True)
class Asked:
    """Who was asked for what, as far as sentences about it need that."""

    url: str
    """Base address of the server."""
    model: str = ""
    offered: str = ""
    """Names of models that the server lists."""
    key: str = field(default="", repr=False)
    """What was sent as key; empty for none."""
    key_advice: str = ""
    """What to do so that the right key is sent, without a full stop."""
    withheld: str = ""
    """One sentence on why a key that is set was not sent; may be empty."""
    proxy: str = ""
    """Host and port of the proxy that the request went through; empty for none."""

    @property
    def host(self) -> str:
        """Name and port of the server."""
        return urlsplit(self.url).netloc


class ServerRefused(Exception):  # noqa: N818 - tells what happened; never leaves this room
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
    words = _one_line(said.replace(key, "[key]") if key else said)
    codes = tuple(it for name in ("code", "type", "status") if isinstance(it := error.get(name), str))
    return Refusal(
        status,
        words.rstrip(".") if len(words) <= _LONGEST_WORDS else f"{words[:_LONGEST_WORDS]}…",
        codes,
        _name_parameter(error),
        None if status == 429 else read_overflow(words, codes, error),
        read_wait(headers, words, time.time()),
        headers.get("location", "") if 300 <= status < 400 else "",
        is_inside,
    )


def explain_refusal(refusal: Refusal, asked: Asked) -> TurnError:
    """Returns the error for a refusal that can't be mended: one sentence that says what to do."""
    said = f" ({refusal.said})" if refusal.said else ""
    if refusal.overflow is not None:
        return PromptTooLong(
            f"The conversation is too long for the model at {asked.url}; start a new one or send "
            f"fewer pictures{said}."
        )
    if refusal.is_inside:
        opening = f"{asked.url} ended the answer with an error"
    elif refusal.is_about_the_model and asked.model:
        offers = f"; it offers {asked.offered}" if asked.offered else "; check the name after #"
        opening = f"{asked.url} has no model {asked.model}{offers}"
    elif 300 <= refusal.status < 400:
        opening = _explain_redirect(refusal, asked)
    else:
        opening = f"{asked.url} answered {refusal.status}, {_advice(refusal, asked)}"
    withheld = f" {asked.withheld}" if asked.withheld and refusal.status in (401, 403) else ""
    kind = PromptRefused if _is_lasting(refusal, asked) else EndpointError
    return kind(f"{opening}{said}.{withheld}")


def _is_lasting(refusal: Refusal, asked: Asked) -> bool:
    """Whether the same prompt will be refused again, so that it is given back to the user."""
    if refusal.status in (401, 402, 403, 429) or refusal.is_about_the_model:
        return False
    # A model's own name may hold the words.
    words = refusal.said.lower().replace(asked.model.lower() or "\0", "")
    is_about_pictures = _ABOUT_PICTURES.search(words) is not None
    return is_about_pictures or (refusal.status in _LASTING and not refusal.is_inside)


def _advice(refusal: Refusal, asked: Asked) -> str:
    status = refusal.status
    if refusal.is_used_up:
        return "the account that the key belongs to has nothing left; top it up"
    if status in (401, 403) and not asked.key:
        return "it wants a key" if asked.withheld else f"it wants a key; {asked.key_advice}"
    if status == 401:
        return f"it refused the key; {asked.key_advice}"
    if status == 403:
        return f"it refused the key or what was asked for with it; {asked.key_advice}"
    if status in _BUSY:
        return _advice_when_busy(refusal)
    if status == 407:
        return _advice_on_proxy(asked)
    through = f" or the proxy {asked.proxy}" if asked.proxy else ""
    return {
        404: "it knows no such address or model; the address often ends in /v1",
        405: "it takes no chat requests there; the address often ends in /v1",
        408: "the request took too long to reach it; ask again",
        413: "the request is too large for it; lower pixel_budget or send fewer pictures",
        415: "it takes no such content; check the address",
        502: f"what stands before it{through} does not reach it; see whether it runs",
        504: f"what stands before it{through} waited too long for it; ask again",
    }.get(status, "it failed; see its log" if status >= 500 else "it refused the request")


def _advice_when_busy(refusal: Refusal) -> str:
    later = "wait a moment and ask again"
    if refusal.wait is not None and refusal.wait >= 1:
        later = f"ask again in {describe_wait(refusal.wait)}"
    if refusal.is_loading:
        return f"it is still loading its model; {later}"
    return f"it has too much to do; {later}"


def _advice_on_proxy(asked: Asked) -> str:
    proxy = f"the proxy {asked.proxy}" if asked.proxy else "a proxy before it"
    return (
        f"{proxy} wants a name and a password; write http://name:password@host:port into the "
        "proxy's variable"
    )


def _explain_redirect(refusal: Refusal, asked: Asked) -> str:
    try:
        target = urlsplit(refusal.moved_to)
        port = f":{target.port}" if target.port else ""
    except ValueError:
        target, port = urlsplit(""), ""
    if not target.hostname:
        where = "does not say where to" if not refusal.moved_to else f"to {target.path or '/'}"
        return f"{asked.url} answered {refusal.status}, it sends requests elsewhere and {where}"
    host = f"[{target.hostname}]" if ":" in target.hostname else target.hostname
    path = re.sub(r"/(chat/completions|models)/?$", "", target.path)
    return (
        f"{asked.url} answered {refusal.status}, it sends requests on to "
        f"{target.scheme}://{host}{port}{path}; use that address if it is the one you mean"
    )


def describe_wait(seconds: float) -> str:
    """Returns a time to wait as people say it."""
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{round(minutes / 60)} h"


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


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text[:10_000]).split())

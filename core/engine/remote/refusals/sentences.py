"""Refusals explained: one sentence each that says what to do."""

import re
from typing import Final
from urllib.parse import urlsplit

from ....errors import EndpointError, PromptRefused, PromptTooLong, TurnError
from ....wording import describe_wait, one_line
from .asked import Asked
from .refusal import BUSY_STATUSES, Refusal

_LASTING: Final = (400, 413, 415, 422)
"""With these a server says that the request as it is will never do."""

_REDIRECTS: Final = (300, 301, 302, 303, 305, 307, 308)

_ABOUT_WHO_ASKS: Final = (401, 402, 403, 429)
"""With these a server says that somebody else, or the same later, may be answered."""

_NOT_LOADED: Final = re.compile(
    r"(fail|unable|can(no|')t|could ?n.t|error|not found)\w* (to )?load(ing)? (\w+ )?model"
)

_ABOUT_PICTURES: Final = re.compile(r"image|picture|multi-?modal|\bvision|mmproj")
"""How servers that fail at a picture say so, whatever status they give."""


def explain_refusal(refusal: Refusal, asked: Asked) -> TurnError:
    """Returns the error for a refusal that can't be mended: one sentence that says what to do."""
    said = f" ({refusal.said})" if refusal.said else ""
    if refusal.overflow is not None:
        return PromptTooLong(
            f"The conversation is too long for the model at {asked.url}; start a new one or send "
            f"fewer pictures{said}.",
            refusal.overflow.prompt,
            refusal.overflow.context,
        )
    if refusal.wants_https:
        return EndpointError(
            f"{asked.host} speaks https; write https://{asked.host} as its address."
        )
    if refusal.is_inside:
        opening = f"{asked.url} ended the answer with an error: {_advice(refusal, asked)}"
    elif _is_unknown_model(refusal, asked):
        offers = f"; it offers {asked.offered}" if asked.offered else "; check the name after #"
        opening = f"{asked.url} has no model {asked.model}{offers}"
    elif refusal.status in _REDIRECTS:
        opening = _explain_redirect(refusal, asked)
    elif refusal.status >= 500:
        opening = f"Server error {refusal.status} at {asked.url}: {_advice(refusal, asked)}"
    else:
        opening = f"{asked.url} answered {refusal.status}, {_advice(refusal, asked)}"
    withheld = f" {asked.withheld}" if asked.withheld and refusal.status in (401, 403) else ""
    kind = PromptRefused if _is_lasting(refusal, asked) else EndpointError
    return kind(f"{opening}{said}.{withheld}")


def _is_unknown_model(refusal: Refusal, asked: Asked) -> bool:
    """Whether the server has no such model; one that it does not list it may have tried to load."""
    is_unlisted = bool(asked.offered) and _NOT_LOADED.search(refusal.said.lower()) is not None
    return bool(asked.model) and (refusal.is_about_the_model or is_unlisted)


def _is_lasting(refusal: Refusal, asked: Asked) -> bool:
    """Whether the same prompt will be refused again, so that it is given back to the user."""
    if refusal.status in _ABOUT_WHO_ASKS or _is_unknown_model(refusal, asked):
        return False
    is_whole = refusal.status in _LASTING and not refusal.is_inside
    return is_whole or _is_about_pictures(refusal, asked)


def _is_about_pictures(refusal: Refusal, asked: Asked) -> bool:
    # A model's own name may hold the words.
    name = rf"(?<![\w-]){re.escape(asked.model.lower())}(?![\w-])"
    words = re.sub(name, "", refusal.said.lower()) if asked.model else refusal.said.lower()
    return refusal.status not in _ABOUT_WHO_ASKS and _ABOUT_PICTURES.search(words) is not None


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
    if status in BUSY_STATUSES:
        return _advice_when_busy(refusal)
    if status == 407:
        return _advice_on_proxy(asked)
    if _is_about_pictures(refusal, asked):
        return "it does not take these pictures; send fewer or none, or choose another model"
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
    moved_to = one_line(refusal.moved_to)[:300]
    opening = f"{asked.url} answered {refusal.status}, it sends requests"
    try:
        target = urlsplit(moved_to)
        port = f":{target.port}" if target.port else ""
    except ValueError:
        return f"{opening} to an address that is none"
    if not moved_to:
        return f"{opening} elsewhere and does not say where to"
    path = re.sub(r"/(chat/completions|models)/?$", "", target.path)
    if not target.hostname:
        return f"{opening} on to {path or '/'} of the same server; use that address"
    # A name, a password and a token may stand in what is left out.
    host = f"[{target.hostname}]" if ":" in target.hostname else target.hostname
    place = f"{target.scheme or 'http'}://{host}{port}{path}"
    return f"{opening} on to {place}; use that address if it is the one you mean"

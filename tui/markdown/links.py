"""Where links lead: which can be opened, and what is shown of their targets."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from ..visible import visible
from .unspaced import CJK

LONGEST_TARGET: Final = 120
"""Characters of a target that are shown; the end of its host, which says whose it is, is one."""

_OPENABLE: Final = re.compile(
    r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d*)?(?:[/?#][!-~]*)?", re.IGNORECASE
)
_HOST: Final = "[a-zA-Z][a-zA-Z0-9+.-]*:/*[^/?#]*"
"""A scheme with what it belongs to, up to the path."""

_START: Final = 20
"""Characters that are shown before a gap within the host."""

_ADDRESS: Final = re.compile(r"(https?://[^\s<>\"'`|\\^{}]*[^\s<>\"'`|\\^{}.,:;!?()\[\]])")
_HAS_CJK: Final = re.compile(f"[{CJK}]")

_SCHEME: Final = re.compile(r"https?://|mailto:", re.IGNORECASE)


def is_openable(href: str) -> bool:
    """Returns whether a target is a web address whose host is what it looks like.

    It looks like another with a user's name before it, or with percent-encoded characters.
    """
    return _OPENABLE.fullmatch(href) is not None


def split_addresses(text: str) -> Iterator[tuple[str, bool]]:
    """Yields the pieces of a text, each with whether it is a web address."""
    for index, piece in enumerate(_ADDRESS.split(text)):
        # Nothing tells where an address ends in text without spaces between words.
        yield piece, bool(index % 2) and not _HAS_CJK.search(piece)


def target_behind(href: str, label: str) -> str:
    """Returns the target as it is shown behind a link's text; empty if the text says it already.

    Args:
        href: percent-encoded, its host in ASCII.
        label: the link's text.
    """
    if not href or href.startswith("#") or _essence(href) == _essence(label):
        return ""
    return _shorten(visible(href, keep=""))


def _shorten(target: str) -> str:
    """Returns a target without its middle, where that is long, but with the end of its host."""
    if len(target) <= LONGEST_TARGET:
        return target
    host = re.match(_HOST, target)
    end = host.end() if host else 0
    if end < LONGEST_TARGET:
        return target[: LONGEST_TARGET - 1] + "…"
    return f"{target[:_START]}…{target[end - (LONGEST_TARGET - _START - 2) : end]}…"


def _essence(address: str) -> str:
    """Returns an address without what makes no difference to who reads it."""
    return unquote(_SCHEME.sub("", address.strip(), count=1)).rstrip("/").lower()

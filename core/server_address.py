"""Addresses of servers as people write them, taken apart and written in one way."""

import re
import unicodedata
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, NamedTuple
from urllib.parse import SplitResult, quote, unquote, urlsplit

# Patterns are compiled when they are first needed: a start without a server does not pay for them.
_SCHEME: Final = r"(?i:https?)://"

_HOST_AND_PORT: Final = r"([\w.-]+|\[[^\]/#]*\]):[0-9]+([/#](?s:.*))?"
"""An address whose scheme was left out: it has a port, which no repository and no folder has."""

_NUMBER_OR_LOCALHOST: Final = r"(\d{1,3}\.){3}\d{1,3}([/#](?s:.*))?|(?i:localhost)[/#](?s:.*)"
"""One whose port was left out too: no repository has such an owner."""

_HUB_PAGE: Final = r"(?i:https?://(www\.)?(huggingface\.co|hf\.co)(/|$))"

_HOST_NAME: Final = r"[a-z0-9_][a-z0-9._-]*"

_OPERATIONS: Final = ("/chat/completions", "/completions", "/models")
"""What people copy along with a base address, from an example or from a browser."""

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_LOCALHOST: Final = "localhost"


class BadAddress(ValueError):
    """A text that is no address of a server; `str()` is a sentence that never repeats the text."""


class ServerAddress(NamedTuple):
    """Where an OpenAI-compatible server is, and perhaps one of its models."""

    url: str
    """Base address: lower case up to the path, no slash at its end."""
    model: str
    """What stands behind `#`; empty if nothing does."""
    host: str
    """Name in lower case, in ASCII, or number without brackets."""
    port: int
    has_scheme: bool
    """Whether `http://` or `https://` was written."""
    has_path: bool
    """Whether a path was written; without one it is `/v1`."""


def looks_like_address(text: str) -> bool:
    """Whether a text can only be meant as a server's address: by a scheme, a port or a number.

    A page of the Hugging Face hub is no server, but names a repository.
    """
    text = text.strip()
    if re.match(_HUB_PAGE, text):
        return False
    forms = (_HOST_AND_PORT, _NUMBER_OR_LOCALHOST)
    return bool(re.match(_SCHEME, text) or any(re.fullmatch(form, text) for form in forms))


def split_address(text: str) -> ServerAddress:
    """Returns the parts of `http://host:port/v1#name`; without a scheme it is http.

    Raises:
        BadAddress: the text is no address, or holds a password or a query.
    """
    text = text.strip()
    has_scheme = re.match(_SCHEME, text) is not None
    base, _, fragment = text.partition("#")
    parts = _split(base if has_scheme else f"http://{base}")
    host = _read_host(parts)
    port = parts.port
    shown = f"[{host}]" if ":" in host else host
    origin = f"{parts.scheme}://{shown}" + (f":{port}" if port else "")
    return ServerAddress(
        origin + _base_path(parts.path),
        unquote(fragment),
        host.rstrip("."),
        port or _DEFAULT_PORTS[parts.scheme],
        has_scheme,
        parts.path.strip("/") != "",
    )


def is_this_machine(host: str) -> bool:
    """Whether what is sent to a host stays on this machine.

    Args:
        host: name or number, without brackets and port.
    """
    number = _read_number(host)
    if number is None:
        return _is_localhost(host)
    return number.is_loopback or number.is_unspecified


def is_usual_loopback(host: str) -> bool:
    """Whether a host is this machine by one of the names that stand for nothing else.

    Other loopback numbers, as 127.0.0.2, are given to tunnels that lead to other machines.
    """
    number = _read_number(host)
    if number is None:
        return _is_localhost(host)
    return number in (IPv4Address("127.0.0.1"), IPv6Address("::1"))


def _split(base: str) -> SplitResult:
    """Returns the parts of an address, none of which makes it unusable."""
    if any(char == "\\" or unicodedata.category(char) in ("Cc", "Cs") for char in base):
        raise _bad("holds a character that no address has")
    try:
        parts = urlsplit(base)
        is_complete = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_complete = False
    if not is_complete:
        raise _bad("is not complete")
    if parts.username is not None:
        raise _bad("holds a user or a password, which do not belong there")
    if parts.query or base.endswith("?"):
        raise _bad("holds a question mark, behind which nothing is taken")
    return parts


def _read_host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if ":" in host:
        try:
            ip_address(host)
        except ValueError as error:
            raise _bad("names no host that there can be") from error
        return host
    if not host.isascii():
        # Late: it brings large tables, and few names need it.
        import idna

        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError as error:
            raise _bad("names no host that there can be") from error
    if not re.fullmatch(_HOST_NAME, host):
        raise _bad("names no host that there can be")
    return host


def _base_path(path: str) -> str:
    path = path.rstrip("/")
    for operation in _OPERATIONS:
        if path.endswith(operation):
            return _quoted(path.removesuffix(operation).rstrip("/"))
    return _quoted(path) or "/v1"


def _quoted(path: str) -> str:
    return quote(path, safe="/%:@!$&'()*+,;=~")


def _read_number(host: str) -> IPv4Address | IPv6Address | None:
    """Returns the number that a host is; of an IPv4 number in IPv6 the IPv4 number."""
    try:
        number = ip_address(host)
    except ValueError:
        return None
    return getattr(number, "ipv4_mapped", None) or number


def _is_localhost(host: str) -> bool:
    name = host.lower().rstrip(".")
    return name == _LOCALHOST or name.endswith(f".{_LOCALHOST}")


def _bad(why: str) -> BadAddress:
    return BadAddress(
        f"This address {why}: write http://host:port/v1#name-of-the-model, and put a key into an "
        "environment variable."
    )

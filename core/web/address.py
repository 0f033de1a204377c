"""The address of a picture on the web: its parts, and what the picture is called."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

from ..errors import ImageError

LONGEST: Final = 8192
"""Characters; browsers and servers take no longer ones for sure."""

_LONGEST_NAME: Final = 120
_START: Final = re.compile(r"(?i:https?)://[^\s/?#]")
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True)
class WebAddress:
    """An `http(s)` address that can be asked for."""

    url: str
    """As it was written, without what stands behind `#`."""
    scheme: str
    host: str
    """In lower case, without the brackets of IPv6."""
    port: int

    @property
    def name(self) -> str:
        """What the picture is called: the last part of the path, else the host."""
        last = unquote(urlsplit(self.url).path.rstrip("/").rpartition("/")[2])
        name = " ".join("".join(it if it.isprintable() else " " for it in last).split())
        # Decoded, it may hold what leads out of a folder.
        return name.replace("/", "_").strip(".")[-_LONGEST_NAME:] or self.host

    def follow(self, location: str) -> "WebAddress":
        """Returns the address to which a redirect leads.

        Raises:
            ImageError: it is none that can be asked for.
        """
        # As browsers do, who forgive servers that write a name as it is.
        written = location.strip().replace(" ", "%20")
        try:
            joined = urljoin(self.url, written)
        except ValueError as error:
            raise ImageError(
                f"{self.url} leads to no address that can be used: give another one."
            ) from error
        return read_address(joined)


def is_web_address(text: str) -> bool:
    """Whether a text is written as an `http(s)` address, whether it can be used or not."""
    return _START.match(text) is not None and not re.search(r"\s", text)


def read_address(text: str) -> WebAddress:
    """Returns the parts of an address.

    Raises:
        ImageError: it can't be asked for; one sentence says what to do.
    """
    if not is_web_address(text) or len(text) > LONGEST or not text.isprintable():
        raise ImageError(f"{_shown(text)} is no http or https address: correct it.")
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise ImageError(f"{_shown(text)} is no address that can be used: correct it.") from error
    if parts.username is not None:
        # It would be stored with the conversation, and shown.
        raise ImageError(
            f"The address of {host} holds a name or password, which seeshell does not send: "
            "download the picture and attach the file."
        )
    scheme = parts.scheme.lower()
    return WebAddress(text.partition("#")[0], scheme, host, port or _PORTS[scheme])


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST_NAME else f"{text[:_LONGEST_NAME]}..."

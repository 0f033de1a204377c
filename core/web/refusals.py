"""What is said of an address that brings no picture, and what to do instead."""

import ssl
from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

from ..errors import ImageError
from .address import WebAddress

MOST_BYTES: Final = 256 * 2**20
"""Most that is fetched of one address: as large as a file of few pixels may be."""

MOST_SECONDS: Final = 300.0
"""Longest that one picture may take."""

_DOWNLOAD: Final = "download it yourself and attach the file"

_PICTURES: Final = ("image/", "video/", "application/octet-stream", "binary/octet-stream")
_ALSO_TAKEN: Final = frozenset({"", "application/pdf", "text/plain"})
"""What servers say of files whose kind they don't know; their bytes decide. A PDF has pages."""

_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})


def refuse_status(address: WebAddress, status: int) -> None:
    """Raises `ImageError` unless a server sends what it was asked for."""
    if status == HTTPStatus.OK:
        return
    told = f"{address.url} brings no picture ({_named(status)})"
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise ImageError(f"{told}: it asks who you are, so {_DOWNLOAD}.")
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        raise ImageError(f"{told}: check the address.")
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ImageError(f"{told}: try again later, or {_DOWNLOAD}.")
    raise ImageError(f"{told}: {_DOWNLOAD}.")


def refuse_kind(address: WebAddress, content_type: str) -> None:
    """Raises `ImageError` for what a server itself says is no picture."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind in _PAGES:
        raise ImageError(
            f"{address.url} is a web page, not a picture: open it and copy the address of the "
            "picture itself."
        )
    if kind not in _ALSO_TAKEN and not kind.startswith(_PICTURES):
        raise ImageError(f"{address.url} is {kind[:60]}, not a picture: give another address.")


def too_large(address: WebAddress) -> ImageError:
    """Returns the error for more bytes than are fetched."""
    most = MOST_BYTES // 2**20
    return ImageError(f"{address.url} is larger than {most} MiB, the limit: {_DOWNLOAD}.")


def too_slow(address: WebAddress) -> ImageError:
    """Returns the error for a picture that did not come in time."""
    return ImageError(
        f"{address.url} did not come within {MOST_SECONDS:.0f} s, the limit: {_DOWNLOAD}."
    )


def unreachable(address: WebAddress, causes: Iterable[BaseException]) -> ImageError:
    """Returns the error for a server that can't be reached, or that breaks off.

    Args:
        address: what was asked for.
        causes: the error and what it came from, the first first.
    """
    reasons = [it for it in causes if isinstance(it, OSError) and it.args]
    for reason in reasons:
        if isinstance(reason, ssl.SSLCertVerificationError):
            return ImageError(
                f"The certificate of {address.host} is not trusted ({reason.verify_message}): name "
                f"its authority in SSL_CERT_FILE, or {_DOWNLOAD}."
            )
    told = f" ({reasons[-1].strerror or reasons[-1]})" if reasons else ""
    return ImageError(f"{address.host} can't be reached{told}: check the address and the network.")


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)

"""What goes wrong on the way to a server, by its true name: one sentence that says what to do."""

import errno
import re
import socket
import ssl
from typing import Final

import httpx2

from ....errors import EndpointError
from ....models.network import causes_of
from ....wording import one_line
from .asked import Asked

_TLS_RECORD: Final = re.compile(r"illegal status line: bytearray\(b['\"]\\x1[56]\\x03")
"""How the answer of a server that expects https looks to one that reads http."""

_PASSWORD: Final = re.compile("username|no acceptable methods|authentication")
"""How SOCKS proxies say that they want to know who asks."""

_UNREACHABLE: Final = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN)

_DIED: Final = (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError, httpx2.CloseError)
"""What a connection raises that the other side has closed."""


def has_died(error: httpx2.HTTPError) -> bool:
    """Whether the other side closed the connection; a kept one may have been closed long ago."""
    return isinstance(error, _DIED) and not _TLS_RECORD.search(str(error))


def explain_failure(error: Exception, asked: Asked, has_begun: bool = False) -> EndpointError:
    """Returns the error for what a connection raised.

    Args:
        error: of httpx2.
        asked: the server.
        has_begun: whether some of the answer had come.
    """
    if has_begun:
        return EndpointError(_explain_break(error, asked))
    causes = list(causes_of(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return EndpointError(_explain_certificate(cause, asked))
    if isinstance(error, httpx2.ProxyError):
        return EndpointError(_explain_proxy(str(error), asked))
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
        return EndpointError(_explain_connect(error, causes, asked))
    return EndpointError(_explain_exchange(error, causes, asked))


def _explain_certificate(cause: ssl.SSLCertVerificationError, asked: Asked) -> str:
    # On a Mac the server's own name for itself stands in it.
    reason = one_line(getattr(cause, "verify_message", "") or str(cause))[:200].rstrip(".")
    words = reason.lower()
    if "expired" in words or "not yet valid" in words:
        advice = "its server needs a new one, or a clock is wrong"
    elif "mismatch" in words or "not match" in words or "not valid for" in words:
        advice = "use the name that it was made for"
    else:
        advice = "if you trust it, export SSL_CERT_FILE with the path of its PEM file and ask again"
    return f"The certificate of {asked.host} is not accepted ({reason}); {advice}."


def _explain_proxy(said: str, asked: Asked) -> str:
    proxy = asked.proxy or "in between"
    if said.startswith("407") or _PASSWORD.search(said.lower()):
        return (
            f"The proxy {proxy} wants a name and a password; write http://name:password@host:port "
            "into the proxy's variable."
        )
    return (
        f"The proxy {proxy} does not connect to {asked.host} ({said.strip().rstrip('.')}); correct "
        "the proxy's variable, or name the server in NO_PROXY."
    )


def _explain_connect(error: Exception, causes: list[BaseException], asked: Asked) -> str:
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return _explain_tls(cause, asked)
    where = f"The proxy {asked.proxy}" if asked.proxy else asked.host
    if asked.proxy:
        way_out = "correct the proxy's variable, or name the server in NO_PROXY"
    else:
        way_out = "check the address and the network"
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"{where} can't be found (its name is not known here); {way_out}."
    if isinstance(error, httpx2.ConnectTimeout):
        return f"{where} does not take connections (none within 10 s); {way_out}."
    numbers = {cause.errno for cause in causes if isinstance(cause, OSError)}
    if not numbers.isdisjoint(_UNREACHABLE):
        return f"{where} can't be reached from here (no way to it); {way_out}."
    if not numbers.isdisjoint((errno.EACCES, errno.EPERM)):
        return f"{where} can't be reached: this machine does not allow it; see its firewall."
    if asked.proxy:
        return f"{where} does not answer; {way_out}."
    if any(isinstance(cause, ConnectionResetError | BrokenPipeError) for cause in causes):
        return _explain_silence(asked)
    if numbers or not asked.url.startswith("https:"):
        return f"No server answers at {asked.url}; start it or check the address."
    # The handshake ended without a word.
    return _explain_tls(error, asked)


def _explain_tls(cause: BaseException, asked: Asked) -> str:
    reason = getattr(cause, "reason", "") or ""
    if reason in (
        "WRONG_VERSION_NUMBER",
        "HTTP_REQUEST",
        "UNKNOWN_PROTOCOL",
        "PACKET_LENGTH_TOO_LONG",
    ):
        return f"{asked.host} does not speak https; try http://{asked.host} as its address."
    words = reason.replace("_", " ").lower() or "the connection was closed"
    return (
        f"No https connection to {asked.host} came about ({words}); check the address, and whether "
        "the server expects http://."
    )


def _explain_silence(asked: Asked) -> str:
    other = "http" if asked.url.startswith("https:") else "https"
    return (
        f"{asked.url} closed the connection without an answer; see whether the server is well, and "
        f"whether it expects {other}://."
    )


def _explain_exchange(error: Exception, causes: list[BaseException], asked: Asked) -> str:
    if isinstance(error, httpx2.RemoteProtocolError) and _TLS_RECORD.search(str(error)):
        return f"{asked.host} speaks https; write https://{asked.host} as its address."
    if isinstance(error, httpx2.RemoteProtocolError) and "illegal" in str(error):
        return f"What listens at {asked.host} speaks no http; check the port."
    if isinstance(error, httpx2.WriteTimeout):
        return (
            f"{asked.url} takes the request too slowly; lower pixel_budget or send fewer pictures, "
            "and ask again."
        )
    if isinstance(error, httpx2.TimeoutException):
        return f"{asked.url} did not answer in time; see whether the server is well and ask again."
    if isinstance(error, httpx2.DecodingError):
        return f"The answer of {asked.url} can't be unpacked; see what stands before the server."
    if isinstance(error, httpx2.InvalidURL | httpx2.UnsupportedProtocol):
        return f"{asked.url} can't be used as an address; write http://host:port/v1#name."
    if isinstance(error, _DIED):
        return _explain_silence(asked)
    name = type(causes[-1]).__name__
    return f"The connection to {asked.url} failed ({name}); ask again."


def _explain_break(error: Exception, asked: Asked) -> str:
    if isinstance(error, httpx2.TimeoutException):
        what = f"{asked.url} fell silent in the middle of the answer"
    elif isinstance(error, httpx2.DecodingError):
        what = f"The rest of the answer of {asked.url} can't be unpacked"
    else:
        what = f"The connection to {asked.url} broke off in the middle of the answer"
    return f"{what}; what came is kept, ask again for the rest."

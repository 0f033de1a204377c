"""Connections to the hub: through the client's own proxy, with its certificates and its token.

`huggingface_hub` has one HTTP client for the whole process. It gets a transport here that hands
each request to the connections of the download whose thread makes it, so that two clients of the
core never share theirs.
"""

import os
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple
from urllib.parse import urlsplit
from weakref import WeakSet

import httpx2
from huggingface_hub import constants, set_client_factory
from huggingface_hub.utils import parse_ratelimit_headers  # type: ignore[attr-defined]
from huggingface_hub.utils.tqdm import disable_progress_bars

from ...client_environment import HUB_TOKEN_VARIABLE, NO_ENVIRONMENT, ClientEnvironment
from ...errors import ModelError
from ...wording import describe_wait
from ..network import causes_of, choose_proxy, read_certificates

TIMEOUT: Final = 10.0
"""Seconds to wait for each answer of the hub, where the library does not say."""

_LONGEST_WAIT: Final = 30
"""Seconds that a download waits when the hub asks it to; after that the user decides."""

_XET_HEADER: Final = "X-Xet-Hash"
"""Names a file in the storage that `hf_xet` reads, by a client of its own."""

_current: ContextVar["_Connections"] = ContextVar("_current")


class Token(NamedTuple):
    """What proves to the hub who asks."""

    value: str | bool | None
    """As `huggingface_hub` takes it: None for what `hf auth login` saved, False for none."""
    origin: str
    """Where the user finds it; empty if there is none."""


NO_TOKEN: Final = Token(value=False, origin="")


def find_token(environment: ClientEnvironment) -> Token:
    """Returns the environment's token, else the one that `hf auth login` saved.

    Raises:
        ModelError: HF_TOKEN holds what can't be a token.
    """
    if constants.HF_HUB_DISABLE_IMPLICIT_TOKEN:
        return NO_TOKEN
    own = environment.keys.get(HUB_TOKEN_VARIABLE, "").strip()
    if own and not (own.isascii() and own.isprintable() and " " not in own):
        raise ModelError(
            f"{HUB_TOKEN_VARIABLE} holds no token: one is letters and digits after hf_; correct it "
            "or unset it."
        )
    if own:
        return Token(own, HUB_TOKEN_VARIABLE)
    try:
        saved = Path(constants.HF_TOKEN_PATH).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return NO_TOKEN
    if not saved:
        return NO_TOKEN
    # The library renews what is saved, but would prefer a variable of the core's own environment.
    return Token(saved if os.environ.get(HUB_TOKEN_VARIABLE) else None, "`hf auth login`")


@contextmanager
def hub_connections(environment: ClientEnvironment) -> Iterator[None]:
    """Sends what `huggingface_hub` asks in this context as the environment says.

    Raises:
        ModelError: the environment's certificates can't be read.
    """
    _install()
    connections = _Connections(environment)
    token = _current.set(connections)
    try:
        yield
    finally:
        _current.reset(token)
        connections.close()


def stop_requests() -> None:
    """Ends the requests of this context at once, however long the hub is silent."""
    if connections := _current.get(None):
        connections.stop()


@cache
def _install() -> None:
    # The library would draw on the terminal of whoever runs this.
    disable_progress_bars()
    set_client_factory(
        lambda: httpx2.Client(
            transport=_Current(), follow_redirects=True, timeout=TIMEOUT, trust_env=False
        )
    )


class _Current(httpx2.BaseTransport):
    """Hands requests on; the library closes it and makes it anew as it likes, these stay."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        connections = _current.get(None) or _usual()
        return connections.handle_request(request)


@cache
def _usual() -> "_Connections":
    """Returns what serves others than downloads, as transformers when it asks the hub."""
    return _Connections(NO_ENVIRONMENT)


class _Connections(httpx2.BaseTransport):
    """The connections of one download; used by several threads."""

    def __init__(self, environment: ClientEnvironment) -> None:
        self._environment = environment
        self._certificates = read_certificates(environment)
        self._has_own_way = bool(environment.proxies or environment.certificates)
        self._transports: dict[str, httpx2.HTTPTransport] = {}
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._is_stopped = False
        self._lock = Lock()

    def stop(self) -> None:
        """Breaks what is being received, and refuses what is asked from now on."""
        self._is_stopped = True
        for line in list(self._sockets):
            # TLS has its own `shutdown`, which the thread that reads must not meet half-way.
            with suppress(OSError):
                socket.socket.shutdown(line, socket.SHUT_RDWR)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if self._is_stopped:
            raise ModelError("The download was given up.")
        response = self._answer(request)
        if stream := response.extensions.get("network_stream"):
            self._sockets.add(stream.get_extra_info("socket"))
        _check_answer(request, response.status_code, response.headers)
        if self._has_own_way:
            # hf_xet would take the proxies and certificates of the core's own environment.
            response.headers.pop(_XET_HEADER, None)
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = _ResumableStream(response.stream)
        return response

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        proxy = choose_proxy(str(request.url), self._environment)
        try:
            return self._transport(proxy).handle_request(request)
        except httpx2.ConnectError as error:
            if not proxy or any(isinstance(it, ssl.SSLError) for it in causes_of(error)):
                raise
            host = urlsplit(proxy).hostname
            raise httpx2.ProxyError(f"{host} can't be reached", request=request) from error

    def close(self) -> None:
        for transport in self._transports.values():
            transport.close()

    def _transport(self, proxy: str) -> httpx2.HTTPTransport:
        with self._lock:
            if proxy not in self._transports:
                self._transports[proxy] = httpx2.HTTPTransport(
                    verify=self._certificates, trust_env=False, proxy=proxy or None
                )
            return self._transports[proxy]


class _ResumableStream(httpx2.SyncByteStream):
    """A body whose broken connection the library resumes, however it broke."""

    def __init__(self, stream: httpx2.SyncByteStream) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except httpx2.ReadError as error:
            # The library goes on after a connection that was closed, not after one that was reset.
            raise httpx2.RemoteProtocolError(str(error)) from error

    def close(self) -> None:
        self._stream.close()


def seconds_to_wait(headers: Mapping[str, str]) -> int:
    """Returns how long the hub asks to wait; 0 if it does not say."""
    limit = parse_ratelimit_headers(headers)
    if limit is not None and limit.remaining == 0:
        return limit.reset_in_seconds
    asked = headers.get("retry-after", "").strip()
    # Python refuses to read some thousand digits; what is cut here is still too long to wait for.
    return int(asked[:9]) if asked.isascii() and asked.isdigit() else 0


def describe_limit(headers: Mapping[str, str]) -> str:
    """Returns one sentence on an answer 429."""
    seconds = seconds_to_wait(headers)
    wait = f"try again in {describe_wait(seconds)}" if seconds else "try again in a few minutes"
    return (
        f"The hub takes no more requests from here for now (429); {wait}, or log in with "
        "`hf auth login`, which raises the limit."
    )


def _check_answer(request: httpx2.Request, status: int, headers: httpx2.Headers) -> None:
    """Refuses what the library would wait for without end, or take for an answer of the hub."""
    if status == 429 and seconds_to_wait(headers) > _LONGEST_WAIT:
        raise ModelError(describe_limit(headers))
    if status < 300 and headers.get("content-type", "").lower().startswith("text/html"):
        raise ModelError(
            f"A web page of {request.url.host} came in place of the hub's answer; log in to the "
            "network in a browser, or check HF_ENDPOINT and the proxy."
        )

"""HTTP clients by what those who ask bring along: their proxies, their certificates, their key."""

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import Hashable
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import httpx2

from ...client_environment import OPENAI_KEY_VARIABLE, ClientEnvironment
from ...errors import EndpointError, ModelError
from ...models.endpoints import Endpoint, choose_key
from ...models.network import choose_proxy, read_certificates
from .refusals.asked import Asked

_TIMEOUT: Final = httpx2.Timeout(30.0, connect=10.0, read=600.0)
"""Seconds. The first token of a long prompt may take minutes on a small machine."""

_PROXY_PATIENCE: Final = 30.0
"""Seconds for a proxy to connect to the server."""

_PROXY_ASKED: Final = ("setup_socks5_connection.started", "receive_response_headers.started")
_PROXY_ANSWERED: Final = ("setup_socks5_connection.complete", "receive_response_headers.complete")
"""How httpx2 calls what happens on a connection."""

_MOST_CLIENTS: Final = 4
"""Clients that are kept, each with its connections; those who ask rarely differ."""


class Access(NamedTuple):
    """How one who asks reaches a server."""

    client: httpx2.AsyncClient
    asked: Asked
    """The server, and the key that goes to it."""


class HttpClients:
    """Keeps the latest clients, so that a follow-up needs no new connection."""

    def __init__(self) -> None:
        self._clients: OrderedDict[tuple[Hashable, ...], httpx2.AsyncClient] = OrderedDict()

    async def open(self, endpoint: Endpoint, environment: ClientEnvironment) -> Access:
        """Returns how the client of that environment reaches a server; nothing is sent yet.

        Raises:
            EndpointError: its proxy, certificates or key can't be used.
        """
        chosen = choose_key(endpoint, environment.keys)
        if not (chosen.key.isascii() and chosen.key.isprintable()):
            raise EndpointError(
                f"The key for {endpoint.url} holds characters that no key has; correct the "
                f"variable {endpoint.key_variable or OPENAI_KEY_VARIABLE}."
            )
        try:
            proxy = choose_proxy(endpoint.url, environment)
            client = await self._find(endpoint, proxy, environment)
        except ModelError as error:
            raise EndpointError(str(error)) from error
        except (httpx2.InvalidURL, ValueError) as error:
            raise EndpointError(
                "The proxy of your environment can't be used; write http://host:port into its "
                "variable, or unset it."
            ) from error
        return Access(
            client,
            Asked(
                endpoint.url,
                key=chosen.key,
                key_advice=_advise(endpoint),
                withheld=chosen.withheld,
                # A password may stand before it.
                proxy=urlsplit(proxy).netloc.rpartition("@")[2],
            ),
        )

    async def close(self) -> None:
        """Closes every connection; later requests open new ones."""
        clients = list(self._clients.values())
        self._clients.clear()
        for client in clients:
            await client.aclose()

    async def _find(
        self, endpoint: Endpoint, proxy: str, environment: ClientEnvironment
    ) -> httpx2.AsyncClient:
        is_encrypted = any(url.lower().startswith("https:") for url in (endpoint.url, proxy))
        certificates = environment.certificates if is_encrypted else {}
        name = (proxy, is_encrypted, *(_identify(path) for path in certificates.values()))
        if name not in self._clients:
            # Reading a system's certificates takes up to 0.1 s.
            trusted = (
                await asyncio.to_thread(read_certificates, environment) if is_encrypted else None
            )
            self._clients.setdefault(name, _make_client(proxy, trusted))
        self._clients.move_to_end(name)
        client = self._clients[name]
        while len(self._clients) > _MOST_CLIENTS:
            _, oldest = self._clients.popitem(last=False)
            await oldest.aclose()
        return client


def _identify(path: str) -> tuple[str, int]:
    """Returns what changes when a file of certificates does."""
    try:
        return path, Path(path).stat().st_mtime_ns
    except (OSError, ValueError):
        return path, 0


class _ProxyTransport(httpx2.AsyncHTTPTransport):
    """Gives a proxy as long as a connection to make its own; httpx2 gives it as long as an answer.

    That a server thinks for minutes says nothing of the proxy before it.
    """

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends a request."""
        clock = asyncio.get_running_loop().time
        tell = request.extensions.get("trace")

        async def note(event: str, info: dict[str, Any]) -> None:
            if event.endswith(_PROXY_ASKED) and _asks_a_proxy(event, info):
                patience.reschedule(clock() + _PROXY_PATIENCE)
            elif event.endswith(_PROXY_ANSWERED):
                patience.reschedule(None)
            if tell is not None:
                await tell(event, info)

        request.extensions["trace"] = note
        try:
            async with asyncio.timeout(None) as patience:
                return await super().handle_async_request(request)
        except TimeoutError as error:
            raise httpx2.ProxyError("it does not answer") from error


def _asks_a_proxy(event: str, info: dict[str, Any]) -> bool:
    return "socks" in event or info["request"].method == b"CONNECT"


class _SocksTransport(_ProxyTransport):
    """Tells of a proxy that speaks no SOCKS as of any other failure; httpcore2 does not."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends a request."""
        try:
            return await super().handle_async_request(request)
        except import_module("socksio").SOCKSError as error:
            raise httpx2.ProxyError("it speaks no SOCKS") from error


def _make_client(proxy: str, trusted: ssl.SSLContext | None) -> httpx2.AsyncClient:
    """Returns a client that takes nothing from the environment of this process."""
    encryption = trusted or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    through = None
    if proxy:
        own = encryption if proxy.startswith("https:") else None
        through = httpx2.Proxy(proxy, ssl_context=own)
    kind: type[httpx2.AsyncHTTPTransport] = httpx2.AsyncHTTPTransport
    if proxy:
        kind = _SocksTransport if proxy.startswith("socks") else _ProxyTransport
    transport = kind(verify=encryption, trust_env=False, proxy=through)
    # Compressed streams come in blocks instead of token by token.
    headers = {"accept-encoding": "identity"}
    return httpx2.AsyncClient(
        headers=headers, timeout=_TIMEOUT, transport=transport, trust_env=False
    )


def _advise(endpoint: Endpoint) -> str:
    takes_openai_key = bool(choose_key(endpoint, {OPENAI_KEY_VARIABLE: "key"}).key)
    variable = endpoint.key_variable or (OPENAI_KEY_VARIABLE if takes_openai_key else "")
    if variable:
        return f"check the variable {variable} and ask again"
    return (
        "export it in a variable and name that as key_variable in a table [endpoints.NAME] with "
        f'url = "{endpoint.url}" in config.toml'
    )

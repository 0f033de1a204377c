"""Fetches one picture: redirects followed and checked, bytes and seconds limited."""

import asyncio
import math
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx2

from ..client_environment import ClientEnvironment
from ..errors import ImageError, ModelError
from ..models.network import causes_of, choose_proxy, read_certificates
from .address import WebAddress
from .hosts import IpAddress, find_hosts, require_public
from .refusals import (
    MOST_BYTES,
    MOST_SECONDS,
    refuse_kind,
    refuse_status,
    too_large,
    too_slow,
    unreachable,
)

_TIMEOUT: Final = httpx2.Timeout(30.0, connect=10.0)
_MOST_REDIRECTS: Final = 5
_TELL_SECONDS: Final = 0.25

_REDIRECTS: Final = frozenset(
    {
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.FOUND,
        HTTPStatus.SEE_OTHER,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.PERMANENT_REDIRECT,
    }
)

_HEADERS: Final = {
    "Accept": "image/*,*/*;q=0.5",
    # The bytes of pictures are packed already.
    "Accept-Encoding": "identity",
    "User-Agent": "seeshell",
}

Tell = Callable[[int, int], object]
"""Takes the bytes that have come, and those that there are; 0 where the server does not say."""


@dataclass(frozen=True)
class Fetching:
    """How pictures are fetched for one client."""

    environment: ClientEnvironment
    """Proxies and certificates of whoever asks."""
    allows_private: bool = False
    """Whether this machine and private networks may be asked."""
    tell: Tell = lambda _done, _total: None
    """Is told how far it is, a few times a second."""

    async def fetch(self, address: WebAddress, target: Path) -> WebAddress:
        """Writes the picture to a file; returns the address that it came from in the end.

        Raises:
            PrivateAddress: it is not on the internet, and nobody has allowed that.
            ImageError: it can't be had, for a reason that says what to do.
        """
        try:
            async with asyncio.timeout(MOST_SECONDS):
                for _ in range(_MOST_REDIRECTS + 1):
                    async with self._ask(address) as response:
                        if response.status_code not in _REDIRECTS:
                            await self._save(address, response, target)
                            return address
                        address = address.follow(response.headers.get("Location", ""))
        except TimeoutError as error:
            raise too_slow(address) from error
        except ModelError as error:
            # The proxy, or the certificates.
            raise ImageError(str(error)) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise unreachable(address, causes_of(error)) from error
        raise ImageError(f"{address.url} leads from one address to the next: give the last one.")

    @asynccontextmanager
    async def _ask(self, address: WebAddress) -> AsyncIterator[httpx2.Response]:
        """Gives the answer to a request, whose content is still to come."""
        proxy = choose_proxy(address.url, self.environment)
        hosts = await self._look_at(address, is_needed=not proxy)
        trusted = await asyncio.to_thread(_trusted, address, self.environment)
        # The environment is the client's own, not that of this process.
        async with httpx2.AsyncClient(
            proxy=proxy or None, verify=trusted, timeout=_TIMEOUT, trust_env=False
        ) as client:
            response = await _send(client, address, () if proxy else hosts)
            try:
                yield response
            finally:
                await response.aclose()

    async def _look_at(self, address: WebAddress, *, is_needed: bool) -> tuple[IpAddress, ...]:
        """Returns where a host is, once it is known to be public or allowed.

        Behind a proxy a name may mean nothing here: then the proxy finds the host.
        """
        try:
            hosts = await find_hosts(address)
        except OSError:
            if is_needed:
                raise
            return ()
        if not self.allows_private:
            require_public(address, hosts)
        return hosts

    async def _save(self, address: WebAddress, response: httpx2.Response, target: Path) -> None:
        refuse_status(address, response.status_code)
        refuse_kind(address, response.headers.get("Content-Type", ""))
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isdecimal() else 0
        if total > MOST_BYTES:
            raise too_large(address)
        done, told_at = 0, -math.inf
        with target.open("wb") as file:
            async for chunk in response.aiter_bytes():
                done += len(chunk)
                if done > MOST_BYTES:
                    raise too_large(address)
                await asyncio.to_thread(file.write, chunk)
                if time.monotonic() - told_at >= _TELL_SECONDS:
                    told_at = time.monotonic()
                    self.tell(done, total)
        if not done:
            raise ImageError(f"{address.url} is empty: check the address.")


async def _send(
    client: httpx2.AsyncClient, address: WebAddress, hosts: tuple[IpAddress, ...]
) -> httpx2.Response:
    """Sends the request to the first of the hosts that takes it; without any, as it is."""
    url = httpx2.URL(address.url)
    if not hosts:
        return await client.send(client.build_request("GET", url, headers=_HEADERS), stream=True)
    # As httpx2 writes it: a name that is not ASCII is encoded.
    name = url.raw_host.decode("ascii")
    headers = _HEADERS | {"Host": url.netloc.decode("ascii")}
    for host in hosts:
        request = client.build_request(
            "GET", url.copy_with(host=str(host)), headers=headers, extensions={"sni_hostname": name}
        )
        try:
            return await client.send(request, stream=True)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            if host == hosts[-1]:
                raise
    raise httpx2.ConnectError(f"{address.host} has no address.")


def _trusted(address: WebAddress, environment: ClientEnvironment) -> ssl.SSLContext | bool:
    return read_certificates(environment) if address.scheme == "https" else True

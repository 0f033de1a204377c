"""Through which proxy a client's environment sends a request, and which certificates it trusts.

Pure but for the certificates' files; for clients that wait and for clients that don't.
"""

import os
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from ..client_environment import ClientEnvironment
from ..errors import ModelError

_THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")
"""Never reached through a proxy: the proxy would take them for itself."""

_SCHEMES: Final = ("http", "https", "socks5", "socks5h")


def choose_proxy(url: str, environment: ClientEnvironment) -> str:
    """Returns the address of the proxy for a request; empty for none.

    Args:
        url: where the request goes.
        environment: of the client that wants it.

    Raises:
        ModelError: the proxy can't be used; one sentence names its variable.
    """
    parts = urlsplit(url)
    host, port = (parts.hostname or "").lower(), _port(url)
    proxies = environment.proxies
    variable = f"{parts.scheme.lower()}_proxy"
    if variable not in proxies:
        variable = "all_proxy"
    if variable not in proxies or host in _THIS_MACHINE:
        return ""
    if any(_matches(entry, host, port) for entry in _entries(proxies)):
        return ""
    return _usable(proxies[variable].strip(), variable.upper())


def read_certificates(environment: ClientEnvironment) -> ssl.SSLContext:
    """Returns what checks the certificates of servers: the environment's own, else the system's.

    Raises:
        ModelError: they can't be read; one sentence names their variable.
    """
    from httpx2 import create_ssl_context

    file = environment.certificates.get("SSL_CERT_FILE")
    folder = environment.certificates.get("SSL_CERT_DIR")
    if file is None and folder is None:
        return create_ssl_context(trust_env=False)
    if file is None and not any(Path(one).is_dir() for one in (folder or "").split(os.pathsep)):
        raise ModelError(
            f"SSL_CERT_DIR names {folder}, which is no folder; correct it or unset it."
        )
    try:
        return ssl.create_default_context(cafile=file, capath=folder)
    except OSError as error:
        reason = "holds no certificates" if isinstance(error, ssl.SSLError) else "can't be read"
        raise ModelError(
            f"SSL_CERT_FILE names {file}, which {reason}; correct it or unset it."
        ) from error


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """Yields an error and what it came from, through groups; httpcore2 hides causes."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting += current.exceptions
        links = (current.__cause__, current.__context__, *current.args)
        waiting += (link for link in links if isinstance(link, BaseException))


def _entries(proxies: Mapping[str, str]) -> Iterator[str]:
    """Yields the hosts of no_proxy, in lower case."""
    for entry in re.split(r"[,\s]+", proxies.get("no_proxy", "").lower()):
        if entry:
            yield entry


def _matches(entry: str, host: str, port: int | None) -> bool:
    """Whether an entry of no_proxy means a host.

    It may be `*`, a name that its subdomains share, an address, a network such as `10.0.0.0/8`;
    `[::1]` as `::1`; a port behind it must be the same.
    """
    if entry == "*":
        return True
    with suppress(ValueError):
        return ip_address(host) in ip_network(entry.strip("[]"), strict=False)
    name = re.fullmatch(r"(?:\*?\.)?(.+?)(?::(\d+))?", entry)
    if name is None or (name[2] and int(name[2]) != port):
        return False
    return host == name[1].strip("[]") or host.endswith(f".{name[1]}")


def _port(url: str) -> int | None:
    parts = urlsplit(url)
    return parts.port or {"http": 80, "https": 443}.get(parts.scheme.lower())


def _usable(address: str, variable: str) -> str:
    """Returns a proxy's address with its scheme, once a connection through it can be tried."""
    if "://" not in address:
        address = f"http://{address}"
    scheme, _, rest = address.partition("://")
    # Desktops write `socks://`, which means version 5.
    scheme = {"socks": "socks5"}.get(scheme.lower(), scheme.lower())
    try:
        is_address = bool(urlsplit(f"{scheme}://{rest}").hostname) and _port(f"http://{rest}") != 0
    except ValueError:
        is_address = False
    if scheme not in _SCHEMES or not is_address:
        raise ModelError(
            f"The proxy that {variable} names can't be used; write http://host:port or "
            "socks5://host:port, or unset it."
        )
    if scheme.startswith("socks") and find_spec("socksio") is None:
        raise ModelError(
            f"The proxy that {variable} names is a SOCKS proxy, for which the package `socksio` is "
            "missing; add it to seeshell's environment, or name an http:// proxy."
        )
    return f"{scheme}://{rest}"

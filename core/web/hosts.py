"""Where a host can be reached, and whether that is the public internet.

A page or a redirect may name an address of this machine or of the network around it, where what
answers is not meant for everybody. The addresses that were looked at are those that are connected
to, so that a name can't mean something else a moment later.
"""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from ..errors import ImageError, PrivateAddress
from .address import WebAddress

IpAddress = IPv4Address | IPv6Address

_NAT64: Final = ip_network("64:ff9b::/96")
"""Names an IPv4 address in its last 32 bits."""

_OBSOLETE: Final = (ip_network("::/96"), ip_network("fec0::/10"))
"""Were this machine's own and a site's own addresses, which some systems still route."""


async def find_hosts(address: WebAddress) -> tuple[IpAddress, ...]:
    """Returns the addresses of a host, in the order to try them.

    Raises:
        OSError: the name means nothing here.
        ImageError: it is no name that a host can have.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        # One of its parts is empty, too long, or has letters that names can't have.
        raise ImageError(f"{address.url} names no host that can be: correct it.") from error
    # A link-local address carries the name of its interface.
    hosts = (ip_address(str(place[0]).partition("%")[0]) for *_, place in found)
    return tuple(dict.fromkeys(hosts))


def require_public(address: WebAddress, hosts: Sequence[IpAddress]) -> None:
    """Makes sure that a host is on the public internet, by each of its addresses.

    Raises:
        PrivateAddress: it is this machine, or in a private network.
    """
    private = [host for host in hosts if not is_public(host)]
    if private:
        where = "this machine" if any(map(_is_here, private)) else "a private network"
        raise PrivateAddress(
            f"{address.url} leads to {where} ({address.host}), not to the internet."
        )


def is_public(host: IpAddress) -> bool:
    """Whether an address is one of the internet, by what it leads to in the end."""
    meant = _meant(host)
    is_obsolete = any(host in network for network in _OBSOLETE)
    return meant.is_global and not meant.is_multicast and not is_obsolete


def _is_here(host: IpAddress) -> bool:
    meant = _meant(host)
    return meant.is_loopback or meant.is_unspecified


def _meant(host: IpAddress) -> IpAddress:
    """Returns the IPv4 address that one of IPv6 stands for, if it does; else itself."""
    if isinstance(host, IPv4Address):
        return host
    if host in _NAT64:
        return IPv4Address(int(host) & 0xFFFFFFFF)
    return host.ipv4_mapped or host.sixtofour or host

from ipaddress import ip_address

import pytest

from seeshell.core.errors import ImageError, PrivateAddress
from seeshell.core.web.address import read_address
from seeshell.core.web.hosts import find_hosts, is_public, require_public


@pytest.mark.parametrize("host", ["93.184.215.14", "2606:2800:21f:cb07::1", "64:ff9b::808:808"])
def test_the_internet_is_public(host: str) -> None:
    assert is_public(ip_address(host))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "::127.0.0.1",
        "fec0::1",
    ],
)
def test_this_machine_and_private_networks_are_not(host: str) -> None:
    assert not is_public(ip_address(host))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "2130706433", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]"],
)
async def test_this_machine_is_known_however_it_is_written(host: str) -> None:
    address = read_address(f"http://{host}/a.png")
    with pytest.raises(PrivateAddress, match="leads to this machine"):
        require_public(address, await find_hosts(address))


@pytest.mark.parametrize("host", ["a..b", "...", "a" * 64 + ".org"])
async def test_what_no_host_can_be_called_is_told(host: str) -> None:
    with pytest.raises(ImageError, match="names no host that can be"):
        await find_hosts(read_address(f"http://{host}/a.png"))


def test_one_private_address_of_several_is_enough() -> None:
    hosts = (ip_address("93.184.215.14"), ip_address("10.0.0.1"))
    with pytest.raises(PrivateAddress, match="a private network"):
        require_public(read_address("http://example.org/a.png"), hosts)

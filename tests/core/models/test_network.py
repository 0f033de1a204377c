"""Proxies and certificates come from the environment of the client, not of the process."""

from pathlib import Path

import pytest

from seeshell.core.client_environment import NO_ENVIRONMENT, ClientEnvironment
from seeshell.core.errors import ModelError
from seeshell.core.models import network
from seeshell.core.models.network import choose_proxy, read_certificates

PROXY = "http://proxy.example:8080"


def through(url: str, **proxies: str) -> str:
    return choose_proxy(url, ClientEnvironment(proxies=proxies))


@pytest.mark.parametrize(
    ("url", "proxies", "expected"),
    [
        ("https://huggingface.co/x", {}, ""),
        ("https://huggingface.co/x", {"https_proxy": PROXY}, PROXY),
        ("http://10.0.0.7:1234/v1", {"https_proxy": PROXY}, ""),
        ("http://10.0.0.7:1234/v1", {"all_proxy": PROXY}, PROXY),
        ("HTTPS://huggingface.co", {"https_proxy": PROXY, "all_proxy": "http://other"}, PROXY),
        ("https://huggingface.co", {"https_proxy": "proxy.example:8080"}, PROXY),
        ("https://huggingface.co", {"https_proxy": f" {PROXY} "}, PROXY),
        ("https://huggingface.co", {"https_proxy": "http://me:pw@p:1"}, "http://me:pw@p:1"),
        ("http://localhost:1234", {"all_proxy": PROXY}, ""),
        ("http://127.0.0.1:1234", {"all_proxy": PROXY}, ""),
        ("http://[::1]:1234", {"all_proxy": PROXY}, ""),
        ("http://127.0.0.2:1234", {"all_proxy": PROXY}, PROXY),
    ],
)
def test_the_proxy_of_an_address(url: str, proxies: dict[str, str], expected: str) -> None:
    assert through(url, **proxies) == expected


@pytest.mark.parametrize(
    ("no_proxy", "url", "is_direct"),
    [
        ("*", "https://huggingface.co", True),
        ("huggingface.co", "https://huggingface.co", True),
        ("HuggingFace.co", "https://cdn-lfs.huggingface.co", True),
        (".huggingface.co", "https://cdn-lfs.huggingface.co", True),
        ("*.huggingface.co", "https://cdn-lfs.huggingface.co", True),
        ("face.co", "https://huggingface.co", False),
        ("localhost, 127.0.0.2", "http://127.0.0.2:1234", True),
        ("a.example b.example", "http://b.example", True),
        ("10.0.0.0/8", "http://10.1.2.3:8000", True),
        ("10.0.0.0/8", "http://11.1.2.3:8000", False),
        ("10.0.0.7/8", "http://10.1.2.3:8000", True),
        ("localhost,[::1],::1,fe80::/10,127.0.0.2", "http://127.0.0.2:1", True),
        ("fe80::/10", "http://[fe80::1]:8000", True),
        ("[fd00::7]", "http://[fd00::7]:8000", True),
        ("nas.example:8000", "http://nas.example:8000", True),
        ("nas.example:8000", "http://nas.example:9000", False),
        ("huggingface.co:443", "https://huggingface.co", True),
        (",, ,", "https://huggingface.co", False),
        ("[::1", "https://huggingface.co", False),
    ],
)
def test_hosts_that_no_proxy_names_are_reached_directly(
    no_proxy: str, url: str, is_direct: bool
) -> None:
    assert through(url, all_proxy=PROXY, no_proxy=no_proxy) == ("" if is_direct else PROXY)


@pytest.mark.parametrize(
    "proxy", ["ftp://proxy:1", "http://", "http://proxy:x", "socks4://p:1", "::"]
)
def test_a_proxy_that_can_not_be_used_is_named_by_its_variable(proxy: str) -> None:
    with pytest.raises(ModelError, match=r"^The proxy that HTTPS_PROXY names .* or unset it\.$"):
        through("https://huggingface.co", https_proxy=proxy)


@pytest.mark.parametrize("address", ["socks://me:secret@p:1", "socks5://p:1", "SOCKS5H://p:1"])
def test_a_socks_proxy_needs_its_package(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "find_spec", {}.get)
    with pytest.raises(ModelError, match=r"ALL_PROXY names is a SOCKS proxy, .*`socksio`") as it:
        through("https://huggingface.co", all_proxy=address)
    assert "secret" not in str(it.value)
    monkeypatch.setattr(network, "find_spec", {"socksio": "found"}.get)
    assert through("https://huggingface.co", all_proxy=address).startswith("socks5")


def test_certificates_are_the_systems_unless_the_environment_names_others(tmp_path: Path) -> None:
    assert read_certificates(NO_ENVIRONMENT).check_hostname
    (tmp_path / "empty.pem").write_text("")
    for variable, value, words in (
        ("SSL_CERT_FILE", tmp_path / "gone.pem", "which can't be read"),
        ("SSL_CERT_FILE", tmp_path / "empty.pem", "which holds no certificates"),
        ("SSL_CERT_FILE", tmp_path, "which can't be read"),
        ("SSL_CERT_DIR", tmp_path / "gone", "which is no folder"),
    ):
        with pytest.raises(ModelError, match=f"^{variable} names {value}, {words}; correct it"):
            read_certificates(ClientEnvironment(certificates={variable: str(value)}))
    assert read_certificates(ClientEnvironment(certificates={"SSL_CERT_DIR": str(tmp_path)}))

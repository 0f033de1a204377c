"""Pictures fetched from real servers of this machine."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from seeshell.core.client_environment import NO_ENVIRONMENT, ClientEnvironment
from seeshell.core.errors import ImageError, PrivateAddress
from seeshell.core.web import fetching, refusals
from seeshell.core.web.address import read_address
from seeshell.core.web.fetching import Fetching

from ...web_server import Page, WebServer, web_server
from ..engine.remote.certificates import make_certificate, serve_with
from ..engine.remote.proxies import Proxy

BYTES = b"these could be a picture"
ALLOWED = Fetching(NO_ENVIRONMENT, allows_private=True)


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


async def fetch(url: str, folder: Path, how: Fetching = ALLOWED) -> bytes:
    target = folder / "target"
    await how.fetch(read_address(url), target)
    return target.read_bytes()


async def test_a_picture_is_fetched(server: WebServer, tmp_path: Path) -> None:
    url = server.put("/a.png?size=2", Page(BYTES))
    assert await fetch(url, tmp_path) == BYTES
    assert server.asked == [(f"127.0.0.1:{server.port}", "/a.png?size=2")]


async def test_an_address_of_this_machine_is_not_asked_unless_that_is_allowed(
    server: WebServer, tmp_path: Path
) -> None:
    url = server.put("/a.png", Page(BYTES))
    with pytest.raises(PrivateAddress, match="leads to this machine"):
        await fetch(url, tmp_path, Fetching(NO_ENVIRONMENT))
    assert not server.asked


async def test_each_redirect_is_looked_at(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the first host leads to is private: only there is the fetch refused.
    looked: list[str] = []

    def require_public(address, hosts) -> None:  # noqa: ANN001
        looked.append(address.url)
        if address.url.endswith("/inside.png"):
            raise PrivateAddress("refused")

    monkeypatch.setattr(fetching, "require_public", require_public)
    inside = server.put("/inside.png", Page(BYTES))
    url = server.redirect("/a.png", "/b.png")
    server.redirect("/b.png", inside)
    with pytest.raises(PrivateAddress):
        await fetch(url, tmp_path, Fetching(NO_ENVIRONMENT))
    assert [it.rpartition("/")[2] for it in looked] == ["a.png", "b.png", "inside.png"]
    assert [path for _, path in server.asked] == ["/a.png", "/b.png"]


async def test_redirects_are_followed_to_their_end(server: WebServer, tmp_path: Path) -> None:
    url = server.redirect("/a.png", "b.png")
    end = server.put("/b.png", Page(BYTES))
    found = await ALLOWED.fetch(read_address(url), tmp_path / "target")
    assert found.url == end


async def test_redirects_without_an_end_are_given_up(server: WebServer, tmp_path: Path) -> None:
    url = server.redirect("/a.png", "/a.png")
    with pytest.raises(ImageError, match="from one address to the next"):
        await fetch(url, tmp_path)
    assert len(server.asked) == 6


async def test_a_redirect_to_a_file_is_refused(server: WebServer, tmp_path: Path) -> None:
    url = server.redirect("/a.png", "file:///etc/hostname")
    with pytest.raises(ImageError, match="no http or https address"):
        await fetch(url, tmp_path)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (Page(b"<p>", "text/html; charset=utf-8"), "is a web page"),
        (Page(b"{}", "application/json"), "is application/json, not a picture"),
        (Page(b"", "text/html", 404), r"404 Not Found\): check the address"),
        (Page(b"", "text/html", 403), r"403 Forbidden\): it asks who you are"),
        (Page(b"", "text/html", 503), r"503 Service Unavailable\): try again later"),
        (Page(b"", "text/html", 418), r"418 I'm a Teapot\): download it"),
        (Page(b"", "text/html", 599), r"\(599\): try again later"),
        (Page(b""), "is empty"),
        (Page(b"x", told_length=2**40), "larger than 256 MiB"),
        (Page(b"x", told_length=10), "can't be reached"),
    ],
)
async def test_what_is_no_picture_is_told_in_a_sentence(
    server: WebServer, tmp_path: Path, page: Page, words: str
) -> None:
    url = server.put("/a.png", page)
    with pytest.raises(ImageError, match=words):
        await fetch(url, tmp_path)


async def test_bytes_that_nobody_announced_are_counted(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", 10)
    with pytest.raises(ImageError, match="the limit"):
        await fetch(server.put("/a.png", Page(BYTES, told_length=-1)), tmp_path)


@pytest.mark.parametrize("kind", ["", "application/octet-stream", "text/plain", "application/pdf"])
async def test_what_a_server_does_not_know_is_fetched(
    server: WebServer, tmp_path: Path, kind: str
) -> None:
    assert await fetch(server.put("/a.heic", Page(BYTES, kind)), tmp_path) == BYTES


async def test_a_server_that_stalls_is_given_up(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MOST_SECONDS", 0.2)
    url = server.put("/a.png", Page(b"begins", is_stalled=True, told_length=100))
    with pytest.raises(ImageError, match="did not come within"):
        await fetch(url, tmp_path)


async def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/a.png"
        with pytest.raises(ImageError, match=r"127\.0\.0\.1 can't be reached"):
            await fetch(url, tmp_path)
    with pytest.raises(ImageError, match=r"nowhere\.invalid can't be reached"):
        await fetch("http://nowhere.invalid/a.png", tmp_path)


async def test_how_far_it_is_is_told(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_TELL_SECONDS", 0.0)
    told: list[tuple[int, int]] = []
    how = Fetching(NO_ENVIRONMENT, True, lambda done, total: told.append((done, total)))
    body = bytes(300_000)
    await fetch(server.put("/a.png", Page(body)), tmp_path, how)
    assert told[-1] == (len(body), len(body))
    assert [done for done, _ in told] == sorted(done for done, _ in told)


async def test_the_client_s_proxy_is_used_though_it_is_private_itself(
    server: WebServer, tmp_path: Path
) -> None:
    server.put("/a.png", Page(BYTES))
    async with Proxy().listening("http") as proxy:
        # Names of the test networks mean nothing here: the proxy would find them.
        proxy.refusal = b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n"
        environment = ClientEnvironment(proxies={"http_proxy": proxy.url})
        with pytest.raises(ImageError, match="502 Bad Gateway"):
            await fetch("http://nowhere.invalid/a.png", tmp_path, Fetching(environment))
        assert proxy.asked == ["GET http://nowhere.invalid/a.png HTTP/1.1"]


async def test_certificates_are_those_of_the_client(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    with web_server() as server:
        server.socket = serve_with(certificate).wrap_socket(server.socket, server_side=True)
        url = server.put("/a.png", Page(BYTES)).replace("http:", "https:")
        with pytest.raises(ImageError, match=r"is not trusted \(self-signed certificate\)"):
            await fetch(url, tmp_path)
        trusting = ClientEnvironment(certificates={"SSL_CERT_FILE": str(certificate)})
        assert await fetch(url, tmp_path, Fetching(trusting, True)) == BYTES


def test_the_limits_are_those_that_are_told() -> None:
    address = read_address("http://example.org/a.png")
    assert "256 MiB" in str(refusals.too_large(address))
    assert "300 s" in str(refusals.too_slow(address))

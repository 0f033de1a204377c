"""Point 5: what goes wrong on the way to a server has its true name."""

import asyncio
import errno
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from seeshell.core.client_environment import ClientEnvironment
from seeshell.core.engine.remote.refusals.asked import Asked
from seeshell.core.engine.remote.refusals.failures import explain_failure
from seeshell.core.engine.remote.remote_engine import RemoteEngine

from ..certificates import make_certificate, serve_with
from ..conftest import fail_to_load

HTTPS = Asked("https://host:8443/v1")
HTTP = Asked("http://host:8080/v1")
BEHIND = Asked("http://host:8080/v1", proxy="proxy.example:3128")


def caused(error: Exception, cause: BaseException) -> Exception:
    """Returns the error as httpx2 raises it: the cause stands where httpcore2 leaves it."""
    inner = OSError(cause)
    inner.__cause__ = cause
    error.__cause__ = inner
    return error


def connect(cause: BaseException) -> Exception:
    return caused(httpx2.ConnectError("All connection attempts failed"), cause)


def certificate(message: str) -> Exception:
    cause = ssl.SSLCertVerificationError(1, f"certificate verify failed: {message}")
    cause.verify_message = message
    return connect(cause)


def tls(reason: str) -> Exception:
    cause = ssl.SSLError(1, f"[SSL: {reason}]")
    cause.reason = reason
    return connect(cause)


GROUP = ExceptionGroup("several", [ConnectionRefusedError(errno.ECONNREFUSED, "refused")])

FAILURES = {
    "self-signed": (certificate("self-signed certificate"), HTTPS, "export SSL_CERT_FILE with the"),
    "an unknown issuer": (
        certificate("unable to get local issuer certificate"),
        HTTPS,
        "certificate of host:8443 is not accepted (unable to get local issuer certificate); if you",
    ),
    "expired": (certificate("certificate has expired"), HTTPS, "needs a new one, or a clock is"),
    "not valid yet": (certificate("certificate is not yet valid"), HTTPS, "or a clock is wrong"),
    "another name": (
        certificate("Hostname mismatch, certificate is not valid for 'host'"),
        HTTPS,
        "use the name that it was made for",
    ),
    "another address": (
        certificate("IP address mismatch, certificate is not valid for '::1'"),
        HTTPS,
        "use the name that it was made for",
    ),
    "untrusted on a Mac": (
        certificate("“host” certificate is not trusted"),
        HTTPS,
        "SSL_CERT_FILE",
    ),
    "expired on a Mac": (certificate("“host” certificate is expired"), HTTPS, "a clock is wrong"),
    "https to http": (
        tls("WRONG_VERSION_NUMBER"),
        HTTPS,
        "does not speak https; try http://host:8443",
    ),
    "https to http, old": (
        tls("HTTP_REQUEST"),
        HTTPS,
        "does not speak https; try http://host:8443",
    ),
    "an old protocol": (
        tls("TLSV1_ALERT_PROTOCOL_VERSION"),
        HTTPS,
        "No https connection to host:8443 came about (tlsv1 alert protocol version)",
    ),
    "a handshake that ends": (
        httpx2.ConnectError(""),
        HTTPS,
        "No https connection to host:8443 came about (the connection was closed)",
    ),
    "http to https": (
        httpx2.RemoteProtocolError("illegal status line: bytearray(b'\\x15\\x03\\x01\\x00\\x02')"),
        HTTP,
        "host:8080 speaks https; write https://host:8080 as its address",
    ),
    "another protocol": (
        httpx2.RemoteProtocolError("illegal status line: bytearray(b'SSH-2.0-OpenSSH_9.6')"),
        HTTP,
        "What listens at host:8080 speaks no http; check the port",
    ),
    "no such name": (
        connect(socket.gaierror(socket.EAI_NONAME, "Name or service not known")),
        HTTP,
        "host:8080 can't be found (its name is not known here); check the address",
    ),
    "refused": (
        connect(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")),
        HTTP,
        "No server answers at http://host:8080/v1; start it or check the address",
    ),
    "refused at every address": (connect(GROUP), HTTP, "No server answers at http://host:8080/v1"),
    "no route": (
        connect(OSError(errno.EHOSTUNREACH, "No route to host")),
        HTTP,
        "host:8080 can't be reached from here (no way to it)",
    ),
    "a firewall of this machine": (
        connect(PermissionError(errno.EPERM, "Operation not permitted")),
        HTTP,
        "this machine does not allow it; see its firewall",
    ),
    "no connection in time": (
        httpx2.ConnectTimeout(""),
        HTTP,
        "host:8080 does not take connections (none within 10 s)",
    ),
    "no answer in time": (httpx2.ReadTimeout(""), HTTP, "did not answer in time"),
    "a slow line": (httpx2.WriteTimeout(""), HTTP, "takes the request too slowly; lower pixel"),
    "silence": (
        httpx2.RemoteProtocolError("Server disconnected without sending a response."),
        HTTP,
        "closed the connection without an answer; see whether the server is well, and whether it "
        "expects https://",
    ),
    "a reset": (httpx2.ReadError(""), HTTPS, "whether it expects http://"),
    "what can't be unpacked": (httpx2.DecodingError("x"), HTTP, "can't be unpacked"),
    "no address": (httpx2.InvalidURL("x"), HTTP, "can't be used as an address"),
    "a proxy that does not answer": (
        connect(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")),
        BEHIND,
        "The proxy proxy.example:3128 does not answer; correct the proxy's variable, or name the "
        "server in NO_PROXY",
    ),
    "a proxy without an address": (
        connect(socket.gaierror(socket.EAI_NONAME, "x")),
        BEHIND,
        "The proxy proxy.example:3128 can't be found",
    ),
    "a proxy that wants a password": (
        httpx2.ProxyError("407 Proxy Authentication Required"),
        BEHIND,
        "wants a name and a password; write http://name:password@host:port",
    ),
    "SOCKS that wants a password": (
        httpx2.ProxyError("Invalid username/password"),
        BEHIND,
        "wants a name and a password",
    ),
    "a proxy that refuses": (
        httpx2.ProxyError("403 Forbidden"),
        BEHIND,
        "The proxy proxy.example:3128 does not connect to host:8080 (403 Forbidden)",
    ),
    "SOCKS that refuses": (
        httpx2.ProxyError("Proxy Server could not connect: Host unreachable."),
        BEHIND,
        "does not connect to host:8080 (Proxy Server could not connect: Host unreachable)",
    ),
}


@pytest.mark.parametrize("what", FAILURES)
def test_a_failure_is_told_by_its_true_name(what: str) -> None:
    error, asked, words = FAILURES[what]
    sentence = str(explain_failure(error, asked))
    assert words in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx2.ReadTimeout(""), "fell silent in the middle"),
        (httpx2.ReadError(""), "broke off in the middle"),
        (httpx2.RemoteProtocolError("peer closed connection"), "broke off in the middle"),
        (httpx2.DecodingError(""), "can't be unpacked"),
    ],
)
def test_what_breaks_off_says_that_what_came_is_kept(error: Exception, words: str) -> None:
    sentence = str(explain_failure(error, HTTP, has_begun=True))
    assert words in sentence
    assert sentence.endswith("; what came is kept, ask again for the rest.")


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(serve: Serve, encryption: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Gives the port of a server of this machine."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=encryption)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def say_hello_in_another_protocol(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    await reader.read()


async def answer_badly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As uvicorn answers what is no http."""
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\nInvalid HTTP request.")


async def hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read(1)


async def read_on(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def test_nobody_listens(engine: RemoteEngine) -> None:
    assert "No server answers at http://127.0.0.1:1/v1; start it" in await fail_to_load(
        engine, "http://127.0.0.1:1"
    )
    # A name changes nothing where there is no server at all.
    assert "No server answers" in await fail_to_load(engine, "http://127.0.0.1:1#m")


async def test_https_to_a_server_that_speaks_http(engine: RemoteEngine) -> None:
    async with listening(answer_badly) as port:
        said = await fail_to_load(engine, f"https://127.0.0.1:{port}#m")
    assert (
        said
        == f"127.0.0.1:{port} does not speak https; try http://127.0.0.1:{port} as its address."
    )


async def test_http_to_a_server_that_speaks_https(engine: RemoteEngine, tmp_path: Path) -> None:
    encryption = serve_with(make_certificate(tmp_path))
    async with listening(read_on, encryption) as port:
        said = await fail_to_load(engine, f"http://127.0.0.1:{port}#m")
    assert said.endswith("and whether it expects https://.")


@pytest.mark.parametrize(
    ("serve", "words"),
    [
        (say_hello_in_another_protocol, "speaks no http; check the port"),
        (hang_up, "closed the connection without an answer"),
    ],
)
async def test_what_is_no_http(engine: RemoteEngine, serve: Serve, words: str) -> None:
    async with listening(serve) as port:
        assert words in await fail_to_load(engine, f"http://127.0.0.1:{port}#m")


async def test_a_certificate_that_nobody_trusts(engine: RemoteEngine, tmp_path: Path) -> None:
    async with listening(read_on, serve_with(make_certificate(tmp_path))) as port:
        said = await fail_to_load(engine, f"https://127.0.0.1:{port}#m")
    assert said == (
        f"The certificate of 127.0.0.1:{port} is not accepted (self-signed certificate); if you "
        "trust it, export SSL_CERT_FILE with the path of its PEM file and ask again."
    )


@pytest.mark.parametrize(
    ("days", "words"), [((-9, -2), "has expired"), ((2, 4), "is not yet valid")]
)
async def test_a_trusted_certificate_out_of_its_time(
    engine: RemoteEngine, tmp_path: Path, days: tuple[int, int], words: str
) -> None:
    path = make_certificate(tmp_path, "127.0.0.1", *days)
    trusting = ClientEnvironment(certificates={"SSL_CERT_FILE": str(path)})
    async with listening(read_on, serve_with(path)) as port:
        said = await fail_to_load(engine, f"https://127.0.0.1:{port}#m", trusting)
    assert f"(certificate {words}); its server needs a new one" in said


async def test_a_trusted_certificate_for_another_name(engine: RemoteEngine, tmp_path: Path) -> None:
    path = make_certificate(tmp_path, "10.0.0.7")
    trusting = ClientEnvironment(certificates={"SSL_CERT_FILE": str(path)})
    async with listening(read_on, serve_with(path)) as port:
        said = await fail_to_load(engine, f"https://127.0.0.1:{port}#m", trusting)
    assert "mismatch" in said
    assert said.endswith("; use the name that it was made for.")


@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"\xff\xfe\x00"])
async def test_a_file_of_certificates_that_can_not_be_used(
    engine: RemoteEngine, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "trusted.pem"
    if content is not None:
        path.write_bytes(content)
    gone = ClientEnvironment(certificates={"SSL_CERT_FILE": str(path)})
    said = await fail_to_load(engine, "https://127.0.0.1:1#m", gone)
    assert said.startswith(f"SSL_CERT_FILE names {path}, which ")
    # What is not encrypted needs none.
    assert "No server answers" in await fail_to_load(engine, "http://127.0.0.1:1#m", gone)

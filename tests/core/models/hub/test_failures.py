"""Each way in which the hub can fail is one sentence with the way out."""

import errno
import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from huggingface_hub import constants

from seeshell.core.client_environment import ClientEnvironment
from seeshell.core.wording import describe_wait

from .fake_hub import COMMIT
from .sentences import assert_one_sentence

NAME = "Some-Org/Qwen3-VL-Tiny-MLX"
WEIGHTS = f"GET /{NAME}/resolve/{COMMIT}/model.safetensors"
INFO = f"GET /api/models/{NAME}"
PAGE = b"<html><body>Welcome to the hotel</body></html>"


@pytest.mark.parametrize(
    ("reply_with", "words"),
    [
        ({"status": 429}, ("429", "in a few minutes", "hf auth login")),
        ({"status": 429, "headers": {"Retry-After": "7"}}, ("429", "in 7 s")),
        ({"status": 429, "headers": {"Retry-After": "3600"}}, ("429", "in 60 min")),
        (
            {"status": 429, "headers": {"RateLimit": '"api";r=0;t=55', "Retry-After": "1"}},
            ("429", "in 55 s"),
        ),
        ({"status": 429, "headers": {"Retry-After": "Wed, 21 Oct 2026"}}, ("429", "few minutes")),
        ({"status": 429, "headers": {"Retry-After": "9" * 5000}}, ("429", " h, or log in")),
        ({"status": 500}, ("500", "out of order", "few minutes")),
        ({"status": 502, "body": PAGE}, ("502", "out of order")),
        ({"status": 503}, ("503", "overloaded")),
        ({"status": 504, "body": PAGE}, ("504", "too long", "try again")),
        ({"status": 408}, ("408", "too long")),
        ({"status": 407}, ("proxy", "name and a password")),
        ({"status": 418, "body": b'{"error": "a\\nteapot"}'}, ("418", "a teapot", "HF_ENDPOINT")),
        ({"status": 403, "body": b'{"error": "No."}'}, ("forbids", NAME, ": No;")),
        ({"status": 403, "body": b'{"error": "\\u001b[2JNo\\u009b"}'}, (": [2JNo;",)),
        ({"status": 404}, ("has no model", NAME)),
        ({"status": 400, "body": b'{"error": "bad"}'}, ("400", "bad")),
        ({"status": 401}, ("has no model", "hf auth login")),
        (
            {"status": 403, "headers": {"X-Error-Message": "Access to this resource is disabled."}},
            ("was disabled", "another model"),
        ),
        ({"status": 200, "body": PAGE, "headers": {"Content-Type": "text/html"}}, ("web page",)),
        ({"status": 200, "body": PAGE}, ("did not answer as the hub does", "HF_ENDPOINT")),
        ({"status": 200, "body": b"[]"}, ("did not answer as the hub does",)),
        ({"status": 200, "body": b"{}"}, ("did not answer as the hub does",)),
        ({"status": 200, "body": b'{"id": "a/b"}'}, ("did not answer as the hub does",)),
        ({"status": 200, "body": b'{"id": "../x/y", "sha": "1"}'}, ("did not answer as the hub",)),
        (
            {"status": 200, "body": b'{"id": "a/b", "sha": "1", "siblings": [{"rfilename": 1}]}'},
            ("did not answer as the hub",),
        ),
        (
            {
                "status": 200,
                "body": b'{"id": "a/b", "sha": "1", "siblings": [{"rfilename": "x", "size": "2"}]}',
            },
            ("did not answer as the hub",),
        ),
        ({"status": 204, "body": b""}, ("did not answer as the hub does",)),
        ({"status": 302, "headers": {"Location": "ftp://x/"}}, ("did not answer as the hub",)),
        ({"status": 302, "headers": {"Location": INFO[4:]}}, ("did not answer as the hub does",)),
    ],
)
def test_answers_that_are_no_model(
    find: Any, hub: Any, reply: Any, reply_with: dict[str, Any], words: tuple[str, ...]
) -> None:
    hub.replies[INFO] = [reply(**reply_with)]
    assert_one_sentence(find(NAME), *words)
    assert hub.fetched == []


def test_a_login_page_of_the_network_is_named_by_its_host(
    find: Any, hub: Any, serve: Any, reply: Any
) -> None:
    portal = serve({}, "127.0.0.2")
    portal.replies["/login"] = [reply(200, PAGE, {"Content-Type": "text/html; charset=utf-8"})]
    hub.replies[INFO] = [reply(302, b"", {"Location": f"{portal.url}/login"})]
    assert_one_sentence(find(NAME), "web page of 127.0.0.2", "log in to the network in a browser")


def test_a_web_page_in_place_of_a_file(find: Any, hub: Any, reply: Any) -> None:
    hub.replies["/config.json"] = [reply(200, PAGE, {"Content-Type": "text/html"})]
    assert_one_sentence(find(NAME), "web page of 127.0.0.1")


def test_a_file_that_does_not_come_from_a_hub(find: Any, hub: Any, reply: Any) -> None:
    hub.replies["/config.json"] = [reply(200, b"{}")]
    assert_one_sentence(find(NAME), "did not answer as the hub does")


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (504, {}, ("504", "too long")),
        (503, {}, ("503", "overloaded")),
        (429, {"Retry-After": "900"}, ("429", "15 min")),
        (404, {"X-Error-Code": "EntryNotFound"}, ("was changed on the hub", "try again")),
        (404, {"X-Error-Code": "RevisionNotFound"}, ("was changed on the hub",)),
        (403, {"X-Error-Code": "GatedRepo"}, ("accept its terms", "hf auth login")),
        (401, {"X-Error-Code": "GatedRepo"}, ("accept its terms", f"huggingface.co/{NAME}")),
    ],
)
@pytest.mark.parametrize("file", ["/config.json", "/model.safetensors"])
def test_answers_in_mid_download(
    find: Any,
    hub: Any,
    reply: Any,
    file: str,
    status: int,
    headers: dict[str, str],
    words: tuple[str, ...],
) -> None:
    hub.replies[file] = [reply(status, b"{}", headers)]
    assert_one_sentence(find(NAME), *words)


@pytest.mark.parametrize(("asked", "waits"), [(5, [6.0]), (30, [31.0]), (31, []), (86400, [])])
def test_only_a_short_wait_that_the_hub_asks_for_is_kept(
    find: Any, hub: Any, reply: Any, asked: int, waits: list[float]
) -> None:
    hub.replies[WEIGHTS] = [reply(429, b"{}", {"Retry-After": str(asked)}), None]
    answer = find(NAME)
    assert find.waits == waits
    assert (f"in {describe_wait(asked)}," in answer.sentence) == (not waits)
    assert (answer.files is None) == (not waits)


@pytest.mark.parametrize("kind", ["dataset", "space"])
def test_what_is_no_model_is_called_what_it_is(
    find: Any, hub: Any, repository: Any, kind: str
) -> None:
    hub.repositories = {"some-org/thing": repository(kind=f"{kind}s")}
    assert_one_sentence(find("some-org/thing"), f"is a {kind} of the hub, not a model")


@pytest.mark.parametrize("name", ["someone/a--b", "someone/name.git", "someone/name-"])
def test_what_no_repository_can_be_called(find: Any, name: str) -> None:
    assert_one_sentence(find(name), name, "check the name")


def test_without_a_network_the_model_is_not_complete(
    find: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "create_connection", fail)
    find.use("https://huggingface.co")
    answer = find(NAME)
    assert_one_sentence(answer, "not complete", "no network", "huggingface.co", "`demo`")
    assert answer.error == "ModelNotFound"


@pytest.mark.parametrize("number", [errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN])
def test_an_unreachable_network_is_none(
    find: Any, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(socket, "create_connection", fail)
    assert_one_sentence(find(NAME), "no network")


def test_a_refused_connection_is_not_a_missing_network(find: Any) -> None:
    assert_one_sentence(find(NAME), "127.0.0.1:1 refuses the connection", "HF_ENDPOINT")


def test_a_hub_that_does_not_answer_in_time(find: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket, "create_connection", fail)
    assert_one_sentence(find(NAME), "did not answer in time")


@pytest.mark.parametrize("endpoint", ["ftp://hub.example", "hub.example"])
def test_an_endpoint_that_is_none(find: Any, endpoint: str) -> None:
    find.use(endpoint)
    assert_one_sentence(
        find(NAME), "hub.example", "HF_ENDPOINT", "counts once the core starts again: run `seeshell"
    )


def test_an_endpoint_of_which_nobody_knows_the_name(
    find: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "create_connection", fail)
    find.use("https://hugginface.co")
    assert_one_sentence(find(NAME), "hugginface.co can't be found; check HF_ENDPOINT, or connect")


@pytest.fixture
def strict_port() -> Iterator[int]:
    """A port where a server with a certificate of its own making listens."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("self_signed.pem"))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                    context.wrap_socket(connection, server_side=True).close()
                except ssl.SSLError:
                    continue
                except OSError:
                    return

        thread = Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_a_certificate_that_is_not_trusted(find: Any, strict_port: int) -> None:
    find.use(f"https://127.0.0.1:{strict_port}")
    assert_one_sentence(find(NAME), "certificate", "SSL_CERT_FILE")


def test_the_environments_certificates_are_trusted(find: Any, strict_port: int) -> None:
    find.use(f"https://127.0.0.1:{strict_port}")
    file = str(Path(__file__).with_name("self_signed.pem"))
    trusting = ClientEnvironment(certificates={"SSL_CERT_FILE": file})
    assert_one_sentence(find(NAME, trusting), "connection", "broke")


def test_a_certificates_file_that_is_gone(find: Any, hub: Any) -> None:
    gone = ClientEnvironment(certificates={"SSL_CERT_FILE": "/nowhere/ca.pem"})
    assert_one_sentence(find(NAME, gone), "SSL_CERT_FILE names /nowhere/ca.pem")


def test_tls_spoken_to_a_plain_server(find: Any, hub: Any) -> None:
    find.use(hub.url.replace("http", "https"))
    assert_one_sentence(find(NAME), "does not speak TLS")


def test_offline_by_its_variable(find: Any, hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert_one_sentence(
        find(NAME),
        "not complete",
        "HF_HUB_OFFLINE forbids",
        "`demo`",
        "(a change of HF_HUB_OFFLINE",
    )
    assert hub.requests == []

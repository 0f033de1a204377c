"""Each way in which the hub can fail is one sentence with the way out."""

import errno
import os
import re
import shutil
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from huggingface_hub import constants

from seeshell.core.client_environment import ClientEnvironment
from seeshell.core.errors import ModelError
from seeshell.core.models.hub import fetching

NAME = "Some-Org/Qwen3-VL-Tiny-MLX"
WEIGHTS = f"GET /{NAME}/resolve/1234567890abcdef1234567890abcdef12345678/model.safetensors"
INFO = f"GET /api/models/{NAME}"
TOKEN = "hf_" + "x" * 34
WITH_TOKEN = ClientEnvironment(keys={"HF_TOKEN": TOKEN})
PAGE = b"<html><body>Welcome to the hotel</body></html>"


def assert_one_sentence(answer: Any, *words: str) -> None:
    """One sentence with these words, none of a library's, and no network only where it says so."""
    assert answer.files is None
    sentence = answer.sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert not re.search(r"Error\b|Errno|_ssl\.c|Client Error|Traceback|HTTPStatus|\?\.", sentence)
    for word in words:
        assert word in sentence
    assert ("no network" in sentence) == ("no network" in words)


@pytest.mark.parametrize(
    ("reply_with", "words"),
    [
        ({"status": 429}, ("429", "in a few minutes", "hf auth login")),
        ({"status": 429, "headers": {"Retry-After": "7"}}, ("429", "in 7 s")),
        ({"status": 429, "headers": {"Retry-After": "3600"}}, ("429", "in 3600 s")),
        (
            {"status": 429, "headers": {"RateLimit": '"api";r=0;t=55', "Retry-After": "1"}},
            ("429", "in 55 s"),
        ),
        ({"status": 429, "headers": {"Retry-After": "Wed, 21 Oct 2026"}}, ("429", "few minutes")),
        ({"status": 500}, ("500", "out of order", "few minutes")),
        ({"status": 502, "body": PAGE}, ("502", "out of order")),
        ({"status": 503}, ("503", "overloaded")),
        ({"status": 504, "body": PAGE}, ("504", "too long", "try again")),
        ({"status": 408}, ("408", "too long")),
        ({"status": 407}, ("proxy", "name and a password")),
        ({"status": 418, "body": b'{"error": "a\\nteapot"}'}, ("418", "a teapot", "HF_ENDPOINT")),
        ({"status": 403, "body": b'{"error": "No."}'}, ("forbids", NAME, ": No;")),
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
        (429, {"Retry-After": "900"}, ("429", "900 s")),
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


def test_a_token_that_expired_is_left_out_where_a_model_needs_none(find: Any, hub: Any) -> None:
    hub.refused_tokens = (TOKEN,)
    answer = find(NAME, WITH_TOKEN)
    assert answer.sentence == ""
    assert answer.files.notice.startswith("The hub refused the token of HF_TOKEN")
    assert hub.tokens[0] == TOKEN
    assert set(hub.tokens[1:]) == {""}
    assert find(NAME, WITH_TOKEN).files.notice == ""


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_expired_is_named_where_only_the_files_need_one(
    find: Any, hub: Any, reply: Any, status: int
) -> None:
    hub.refused_tokens = (TOKEN,)
    hub.replies["/config.json"] = [reply(status, b"{}", {"X-Error-Code": "GatedRepo"})]
    assert_one_sentence(find(NAME, WITH_TOKEN), "refuses the token of HF_TOKEN")


def test_no_token_is_sent_where_the_user_forbids_it(
    find: Any, hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_IMPLICIT_TOKEN", True)
    assert find(NAME, WITH_TOKEN).sentence == ""
    assert set(hub.tokens) == {""}


def test_what_is_stopped_ends_with_the_next_bytes() -> None:
    shown: list[float] = []
    counter = fetching.Counter("stage", 200, lambda it: shown.append(it.fraction))
    for count in (1, 1, 99, -50, 50, 500):
        counter.add(count)
    assert shown == [0.01, 0.5, 1.0]
    counter.stop()
    with pytest.raises(ModelError):
        counter.add(1)


@pytest.mark.parametrize("code", ["", "RepoNotFound", "GatedRepo"])
def test_a_token_that_expired_is_named_where_a_model_needs_one(
    find: Any, hub: Any, reply: Any, code: str
) -> None:
    hub.replies[INFO] = [reply(401, b"{}", {"X-Error-Code": code} if code else {})]
    assert_one_sentence(
        find(NAME, WITH_TOKEN), "refuses the token of HF_TOKEN", "expired", "settings/tokens"
    )


def test_a_saved_login_that_expired_is_named_by_its_command(
    find: Any, hub: Any, reply: Any, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(TOKEN)
    hub.replies[INFO] = [reply(401)]
    assert_one_sentence(find(NAME), "token of `hf auth login`", "log in again", "hf auth logout")
    assert hub.tokens == [TOKEN, ""]


def test_a_fine_grained_token_without_the_right_to_gated_models(
    find: Any, hub: Any, reply: Any
) -> None:
    said = "Please enable access to public gated repositories in your fine-grained token settings."
    hub.replies["/config.json"] = [
        reply(403, b"{}", {"X-Error-Code": "GatedRepo", "X-Error-Message": said})
    ]
    assert_one_sentence(find(NAME, WITH_TOKEN), "token of HF_TOKEN may not read", "settings/tokens")


def test_a_gated_model_whose_terms_were_not_accepted(find: Any, hub: Any, reply: Any) -> None:
    hub.replies["/config.json"] = [reply(403, b"{}", {"X-Error-Code": "GatedRepo"})]
    answer = find(NAME, WITH_TOKEN)
    assert_one_sentence(answer, "accept its terms on https://huggingface.co/")
    assert "log in" not in answer.sentence


def test_a_private_model_that_the_tokens_account_may_not_read(find: Any, hub: Any) -> None:
    assert_one_sentence(find("some-org/private", WITH_TOKEN), "that of HF_TOKEN may not")


@pytest.mark.parametrize("token", ["hf_ x", "hf_\x07x", "hf_ü"])
def test_a_token_that_can_be_none(find: Any, hub: Any, token: str) -> None:
    answer = find(NAME, ClientEnvironment(keys={"HF_TOKEN": token}))
    assert_one_sentence(answer, "HF_TOKEN holds no token")
    assert token not in answer.sentence
    assert hub.requests == []


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
    find.use("https://hub.example")
    answer = find(NAME)
    assert_one_sentence(answer, "not complete", "no network", "hub.example", "`demo`")
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
    assert_one_sentence(find(NAME), "hub.example", "HF_ENDPOINT")


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


def test_a_connection_that_is_reset_in_mid_file_is_tried_again(
    find: Any, hub: Any, reply: Any, model: Any
) -> None:
    weights = model.files["model.safetensors"]
    broken = reply(200, weights, broken_at=len(weights) // 2)
    hub.replies[WEIGHTS] = [broken, broken, None]
    assert find(NAME).sentence == ""
    assert hub.fetched.count("model.safetensors") == 3


def test_a_connection_that_is_reset_again_and_again_leaves_what_is_complete(
    find: Any, hub: Any, reply: Any, model: Any
) -> None:
    weights = model.files["model.safetensors"]
    hub.replies[WEIGHTS] = [reply(200, weights, broken_at=len(weights) // 2)]
    assert_one_sentence(find(NAME), "connection", "broke", "try again")
    hub.replies.clear()
    del hub.requests[:]
    assert find(NAME).sentence == ""
    assert hub.fetched == ["model.safetensors"]


def test_a_file_of_another_size_than_the_hub_states(
    find: Any, hub: Any, reply: Any, model: Any
) -> None:
    size = {"ETag": '"1"', "X-Repo-Commit": "1" * 40, "X-Linked-Size": "1000000"}
    hub.replies["model.safetensors"] = [reply(200, b"short", size)]
    assert_one_sentence(find(NAME), "another size", "try again")
    assert not list(find.cache.rglob("model.safetensors"))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "is full; make room"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "can only be read"),
        (errno.EACCES, "permissions"),
        (errno.EPERM, "permissions"),
        (errno.ENOENT, "connect its disk"),
        (errno.EIO, "check its disk"),
    ],
)
def test_a_disk_that_fails_in_mid_download(
    find: Any, hub: Any, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fetching, "hf_hub_download", fail)
    assert_one_sentence(find(NAME), f"The Hugging Face cache {find.cache}", words)


def test_a_cache_that_is_a_file(find: Any, hub: Any) -> None:
    find.cache.write_text("")
    assert_one_sentence(find(NAME), f"The Hugging Face cache {find.cache}", "HF_HUB_CACHE")


def test_a_disk_that_is_too_small(find: Any, hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(find.home)._replace(free=3000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert_one_sentence(find(NAME), "more below", "3.0 kB are free", "HF_HOME")
    assert hub.fetched == ["config.json"]


def test_a_cache_where_main_can_not_be_written_is_used_all_the_same(find: Any, hub: Any) -> None:
    folder = find.cache / f"models--{NAME.replace('/', '--')}"
    folder.mkdir(parents=True)
    (folder / "refs").write_text("no folder")
    assert find(NAME).sentence == ""


def test_offline_by_its_variable(find: Any, hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert_one_sentence(find(NAME), "not complete", "HF_HUB_OFFLINE forbids", "`demo`")
    assert hub.requests == []

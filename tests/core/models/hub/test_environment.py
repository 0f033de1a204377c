"""A download uses the token, the proxies and the certificates of the client that wants it."""

import socket
import threading
from typing import Any

import pytest

from seeshell.core.client_environment import ClientEnvironment
from seeshell.core.models import network

from .fake_hub import COMMIT

NAME = "Some-Org/Qwen3-VL-Tiny-MLX"
CLOSED = "127.0.0.1:1"


@pytest.fixture
def elsewhere(serve: Any, find: Any, model: Any) -> Any:
    """A hub on another machine, as far as proxies go."""
    hub = serve({NAME: model}, "127.0.0.2")
    find.use(hub.url)
    return hub


def test_the_clients_token_is_sent_in_place_of_the_cores_own(
    find: Any, hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_cores")
    assert find(NAME, ClientEnvironment(keys={"HF_TOKEN": " hf_clients\n"})).files
    assert set(hub.tokens) == {"hf_clients"}


@pytest.mark.parametrize("saved", ["", "hf_saved"])
def test_without_a_token_of_the_client_the_saved_one_is_sent_and_never_the_cores(
    find: Any, hub: Any, monkeypatch: pytest.MonkeyPatch, saved: str
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_cores")
    (find.home / "token").write_text(f"{saved}\n")
    assert find(NAME).files
    assert set(hub.tokens) == {saved}


def test_requests_go_through_the_clients_proxy(find: Any, elsewhere: Any, serve: Any) -> None:
    proxy = serve(elsewhere.repositories)
    proxies = {"http_proxy": proxy.url}
    answer = find(NAME, ClientEnvironment(proxies=proxies))
    assert answer.sentence == ""
    assert elsewhere.requests == []
    # A proxy is asked for whole addresses.
    assert all(f" {elsewhere.url}/" in request for request in proxy.requests)
    assert len(proxy.requests) > 3


@pytest.mark.parametrize("no_proxy", ["127.0.0.2", "*", "127.0.0.0/8", "[::1],127.0.0.2"])
def test_hosts_that_no_proxy_names_are_reached_directly(
    find: Any, elsewhere: Any, no_proxy: str
) -> None:
    proxies = {"all_proxy": f"http://{CLOSED}", "no_proxy": no_proxy}
    assert find(NAME, ClientEnvironment(proxies=proxies)).sentence == ""


def test_proxies_of_the_cores_own_environment_do_not_count(
    find: Any, elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://{CLOSED}")
    monkeypatch.setenv("ALL_PROXY", f"socks5://{CLOSED}")
    assert find(NAME).sentence == ""


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        (f"http://{CLOSED}", ("The proxy does not let requests through", "can't be reached")),
        ("http://me:secret@127.0.0.1:1", ("The proxy", "127.0.0.1 can't be reached")),
        (f"gopher://{CLOSED}", ("The proxy that ALL_PROXY names can't be used",)),
        (f"socks5://me:secret@{CLOSED}", ("The proxy that ALL_PROXY names is a SOCKS proxy",)),
    ],
)
def test_a_proxy_that_does_not_work_is_what_the_sentence_is_about(
    find: Any,
    elsewhere: Any,
    monkeypatch: pytest.MonkeyPatch,
    proxy: str,
    words: tuple[str, ...],
) -> None:
    monkeypatch.setattr(network, "find_spec", {}.get)
    sentence = find(NAME, ClientEnvironment(proxies={"all_proxy": proxy})).sentence
    for word in words:
        assert word in sentence
    for word in ("network", "pip install", "Error", "secret"):
        assert word not in sentence
    assert elsewhere.requests == []


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_wants_a_password(
    find: Any, elsewhere: Any, serve: Any, reply: Any, scheme: str
) -> None:
    proxy = serve({})
    proxy.replies[""] = [reply(407, b"{}", {"Proxy-Authenticate": "Basic"})]
    find.use(elsewhere.url.replace("http", scheme))
    answer = find(NAME, ClientEnvironment(proxies={"all_proxy": proxy.url}))
    assert answer.sentence.startswith("The proxy wants a name and a password")


def test_files_are_not_fetched_past_the_clients_proxy(
    find: Any, elsewhere: Any, serve: Any, model: Any, reply: Any
) -> None:
    """As hf_xet would, which knows the environment of the core alone."""
    weights = model.files["model.safetensors"]
    headers = {
        "ETag": '"1"',
        "X-Repo-Commit": COMMIT,
        "X-Xet-Hash": "0" * 64,
        "X-Xet-Refresh-Route": f"http://{CLOSED}/xet",
    }
    proxy = serve(elsewhere.repositories)
    proxy.replies["/model.safetensors"] = [reply(200, weights, headers)]
    answer = find(NAME, ClientEnvironment(proxies={"http_proxy": proxy.url}))
    assert answer.sentence == ""
    assert proxy.fetched[-1] == "model.safetensors"


def test_two_downloads_at_once_keep_to_their_own_environments(
    find: Any, elsewhere: Any, serve: Any, model: Any
) -> None:
    proxy = serve(elsewhere.repositories)
    names = {"a/one": "hf_one", "b/two": "hf_two"}
    for hub in (elsewhere, proxy):
        hub.repositories = dict.fromkeys(names, model)
    environments = {
        "a/one": ClientEnvironment(keys={"HF_TOKEN": "hf_one"}),
        "b/two": ClientEnvironment(keys={"HF_TOKEN": "hf_two"}, proxies={"http_proxy": proxy.url}),
    }
    threads = [threading.Thread(target=find, args=item) for item in environments.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(elsewhere.tokens) == {"hf_one"}
    assert set(proxy.tokens) == {"hf_two"}


def test_a_host_that_only_the_proxy_knows_is_not_looked_up_here(
    find: Any, serve: Any, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve({NAME: model})
    find.use("http://hub.example")
    asked: list[str] = []
    create = socket.create_connection

    def remember(address: tuple[str, int], *rest: Any, **more: Any) -> socket.socket:
        asked.append(address[0])
        return create(address, *rest, **more)

    monkeypatch.setattr(socket, "create_connection", remember)
    assert find(NAME, ClientEnvironment(proxies={"http_proxy": proxy.url})).sentence == ""
    assert set(asked) == {"127.0.0.1"}

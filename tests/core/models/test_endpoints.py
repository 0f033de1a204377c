"""A server is named by its address or by a table of the settings; a key belongs to its host."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeshell.core.errors import ModelError, ModelNotFound
from seeshell.core.models.endpoints import (
    Endpoint,
    choose_key,
    explain_unknown,
    find_endpoint,
    parse_address,
)
from seeshell.core.settings import EndpointSettings

TABLES = {
    "big": EndpointSettings(
        "https://gpu.lan:8443/api/v3", model="qwen-vl", key_variable="GPU_KEY", context=9000
    ),
    "small": EndpointSettings("https://gpu.lan:8443/api/v3", model="tiny", context=500),
    "any": EndpointSettings("http://[::1]:8000", context=700),
    "in-the-address": EndpointSettings("localhost:1234/v1#My%20Model", context=800),
    "cloud": EndpointSettings("https://cloud.example", model="m", key_variable="CLOUD_KEY"),
}


@pytest.mark.parametrize(
    ("source", "endpoint"),
    [
        ("http://host:8080/v1#name", Endpoint("http://host:8080/v1", "name")),
        ("http://host:8080", Endpoint("http://host:8080/v1", "")),
        ("https://router.huggingface.co/v1", Endpoint("https://router.huggingface.co/v1", "")),
        ("https://host/v1/#a/b:c", Endpoint("https://host/v1", "a/b:c")),
        ("http://[::1]:80/api/v3", Endpoint("http://[::1]:80/api/v3", "")),
        ("HTTP://host/v1/chat/completions#x", Endpoint("http://host/v1", "x")),
        ("HTTPS://Host.EXAMPLE/V1", Endpoint("https://host.example/V1")),
        ("http://host///", Endpoint("http://host/v1")),
        ("http://host/v1///", Endpoint("http://host/v1")),
        ("http://host/v1/chat/completions/", Endpoint("http://host/v1")),
        ("http://host/chat/completions", Endpoint("http://host")),
        ("http://host/v1/models", Endpoint("http://host/v1")),
        ("http://host/v1/models/#m", Endpoint("http://host/v1", "m")),
        ("http://host/v1/completions", Endpoint("http://host/v1")),
        ("http://host/models/v1", Endpoint("http://host/models/v1")),
        ("localhost/v1#m", Endpoint("http://localhost/v1", "m")),
        ("Localhost#m", Endpoint("http://localhost/v1", "m")),
        ("192.168.1.4", Endpoint("http://192.168.1.4/v1")),
        ("127.0.0.1/api/v1", Endpoint("http://127.0.0.1/api/v1")),
        ("http://host/v1#My%20Model", Endpoint("http://host/v1", "My Model")),
        ("http://host/v1#My Model", Endpoint("http://host/v1", "My Model")),
        ("http://host/v1#%E6%A8%A1", Endpoint("http://host/v1", "模")),
        ("http://host/v1#100%", Endpoint("http://host/v1", "100%")),
        ("http://host/v1#a#b", Endpoint("http://host/v1", "a#b")),
        ("http://host/v1#what?", Endpoint("http://host/v1", "what?")),
        ("http://host/my%20api", Endpoint("http://host/my%20api")),
        ("http://host/my api", Endpoint("http://host/my%20api")),
        ("http://host/über", Endpoint("http://host/%C3%BCber")),
        ("  http://host/v1\n", Endpoint("http://host/v1")),
        ("localhost:1234", Endpoint("http://localhost:1234/v1")),
        ("LOCALHOST:1234", Endpoint("http://localhost:1234/v1")),
        ("localhost:1234/", Endpoint("http://localhost:1234/v1")),
        ("localhost:1234/v1#a/b", Endpoint("http://localhost:1234/v1", "a/b")),
        ("localhost:1234#a", Endpoint("http://localhost:1234/v1", "a")),
        ("gpu-box.lan:8000/api/v1", Endpoint("http://gpu-box.lan:8000/api/v1")),
        ("my_host:80", Endpoint("http://my_host:80/v1")),
        ("192.168.1.4:8080", Endpoint("http://192.168.1.4:8080/v1")),
        ("[::1]:8080", Endpoint("http://[::1]:8080/v1")),
        ("[FE80::1]:8080/v1#n", Endpoint("http://[fe80::1]:8080/v1", "n")),
        ("http://bücher.example", Endpoint("http://xn--bcher-kva.example/v1")),
        ("BÜCHER.example:80#n", Endpoint("http://xn--bcher-kva.example:80/v1", "n")),
    ],
)
def test_addresses_are_taken_apart(source: str, endpoint: Endpoint) -> None:
    assert find_endpoint(source, {}) == endpoint


@pytest.mark.parametrize(
    "source",
    [
        "http://",
        "http://:80/v1",
        "http://host:0",
        "http://host:x",
        "http://host:99999",
        "localhost:99999",
        "localhost:0",
        "http://[::1",
        "http://[not-a-number]:80",
        "[zz]:80",
        "http://host?a=password",
        "http://host/v1?api-key=password#name",
        "http://host/v1?",
        "http://a b/v1",
        "http://me:password@host/v1",
        "http://password@host/v1",
        "https://api.openai.com@evil.example/v1",
        "https://evil.example\\@api.openai.com/v1",
        "https://api.openai%2ecom/v1",
        "http://ho\0st/v1",
        "http://ho\tst/v1",
        "http://xn--bücher..example",
        "http://-/v1",
    ],
)
def test_what_is_no_address_says_how_one_is_written(source: str) -> None:
    with pytest.raises(ModelNotFound, match=r"http://host:port/v1#name") as caught:
        find_endpoint(source, {})
    assert "password" not in str(caught.value).replace("a user or a password", "")
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "source",
    [
        "demo",
        "owner/name",
        "localhost",
        "host/v1",
        "localhost.d/v1",
        "1.2.3/v1",
        "1.2.3.4.5",
        "./host:80",
        "/models/qwen:8",
        "qwen:latest",
        "ftp://host",
        "https://huggingface.co/owner/name",
        "https://hf.co/owner/name?library=mlx",
        "~/model",
        "",
        ":80",
    ],
)
def test_what_names_no_server_is_left_to_others(source: str) -> None:
    assert find_endpoint(source, TABLES) is None


@given(st.text())
def test_any_text_after_http_is_an_address_or_a_clear_no(text: str) -> None:
    try:
        endpoint = parse_address(f"http://{text}")
    except ModelError as error:
        assert str(error).endswith(".")
    else:
        assert endpoint.url.startswith("http://")
        assert parse_address(f"{endpoint.url}#{quote(endpoint.model)}").model == endpoint.model


@given(st.text())
def test_any_source_is_an_endpoint_or_none_or_a_clear_no(text: str) -> None:
    try:
        endpoint = find_endpoint(text, TABLES)
    except ModelError as error:
        assert str(error).endswith(".")
    else:
        assert endpoint is None or endpoint.url.startswith("http")


@pytest.mark.parametrize(
    ("source", "endpoint"),
    [
        ("big", Endpoint("https://gpu.lan:8443/api/v3", "qwen-vl", "GPU_KEY", 9000)),
        ("big#qwen-vl", Endpoint("https://gpu.lan:8443/api/v3", "qwen-vl", "GPU_KEY", 9000)),
        ("big#a%2Fb", Endpoint("https://gpu.lan:8443/api/v3", "a/b", "GPU_KEY", 0)),
        ("any", Endpoint("http://[::1]:8000/v1", "", "", 700)),
        ("any#other", Endpoint("http://[::1]:8000/v1", "other", "", 700)),
        ("in-the-address", Endpoint("http://localhost:1234/v1", "My Model", "", 800)),
        ("in-the-address#b", Endpoint("http://localhost:1234/v1", "b", "", 0)),
    ],
)
def test_a_name_means_its_table(source: str, endpoint: Endpoint) -> None:
    assert find_endpoint(source, TABLES) == endpoint


@pytest.mark.parametrize(
    ("source", "endpoint"),
    [
        # The same host and port: the first, or the one that names the model.
        ("gpu.lan:8443", Endpoint("https://gpu.lan:8443/api/v3", "qwen-vl", "GPU_KEY", 9000)),
        ("GPU.lan:8443#tiny", Endpoint("https://gpu.lan:8443/api/v3", "tiny", "", 500)),
        (
            "https://gpu.lan:8443/v1#new",
            Endpoint("https://gpu.lan:8443/v1", "new", "GPU_KEY", 0),
        ),
        (
            "http://gpu.lan:8443",
            Endpoint("http://gpu.lan:8443/api/v3", "qwen-vl", "GPU_KEY", 9000),
        ),
        ("https://cloud.example:443", Endpoint("https://cloud.example:443/v1", "m", "CLOUD_KEY")),
        ("localhost:1234", Endpoint("http://localhost:1234/v1", "My Model", "", 800)),
        # Another port of a host: the key alone, of the only table.
        ("https://cloud.example:9000", Endpoint("https://cloud.example:9000/v1", "", "CLOUD_KEY")),
        ("http://cloud.example", Endpoint("http://cloud.example/v1", "", "CLOUD_KEY")),
        ("localhost:8080", Endpoint("http://localhost:8080/v1")),
        # Several tables of a host, and none of that port.
        ("https://gpu.lan:1", Endpoint("https://gpu.lan:1/v1")),
        ("https://elsewhere.example", Endpoint("https://elsewhere.example/v1")),
    ],
)
def test_an_address_takes_the_table_of_its_host(source: str, endpoint: Endpoint) -> None:
    assert find_endpoint(source, TABLES) == endpoint


KEYS = {"OPENAI_API_KEY": "sk-openai", "GPU_KEY": " sk-gpu\r\n"}


@pytest.mark.parametrize(
    "url",
    [
        "https://api.openai.com/v1",
        "https://api.openai.com:443/v1",
        "https://API.openai.com/v1",
        "http://localhost:1234/v1",
        "http://model.localhost:1234/v1",
        "http://127.0.0.1:8080/v1",
        "http://[::1]:8080/v1",
        "http://[::ffff:127.0.0.1]:8080/v1",
        "https://localhost/v1",
    ],
)
def test_openais_key_goes_to_openai_and_to_this_machine(url: str) -> None:
    assert choose_key(parse_address(url), KEYS) == ("sk-openai", "")


@pytest.mark.parametrize(
    "url",
    [
        "https://openrouter.ai/api/v1",
        "https://eu.api.openai.com/v1",
        "https://api.openai.com.evil.example/v1",
        "https://notapi.openai.com.example/v1",
        "http://192.168.1.4:8080/v1",
        "http://10.0.0.1:80",
        "http://localhost.evil.example",
        "http://notlocalhost:80",
        "http://[fe80::1]:80",
        "http://[::ffff:10.0.0.1]:80",
        "http://127.0.0.2:80",
        "http://0.0.0.0:8000",
    ],
)
def test_openais_key_goes_to_no_other_host_and_the_lines_to_write_are_said(url: str) -> None:
    endpoint = parse_address(url)
    key, withheld = choose_key(endpoint, KEYS)
    assert key == ""
    assert endpoint.host in withheld
    assert "[endpoints.NAME]" in withheld
    assert 'key_variable = "OPENAI_API_KEY"' in withheld
    assert f'url = "{endpoint.url}"' in withheld
    assert withheld.endswith(".")
    assert choose_key(endpoint, {}) == ("", "")


@pytest.mark.parametrize(
    ("endpoint", "key"),
    [
        (Endpoint("https://gpu.lan/v1", key_variable="GPU_KEY"), "sk-gpu"),
        (Endpoint("http://localhost:1/v1", key_variable="GPU_KEY"), "sk-gpu"),
        (Endpoint("http://127.0.0.2:1/v1", key_variable="GPU_KEY"), "sk-gpu"),
        (Endpoint("http://gpu.lan/v1", key_variable="GPU_KEY", key_over_http=True), "sk-gpu"),
        (Endpoint("https://other.example/v1", key_variable="OPENAI_API_KEY"), "sk-openai"),
    ],
)
def test_a_key_that_a_table_names_goes_to_its_host(endpoint: Endpoint, key: str) -> None:
    assert choose_key(endpoint, KEYS) == (key, "")


@pytest.mark.parametrize(
    "endpoint",
    [
        Endpoint("http://gpu.lan/v1", key_variable="GPU_KEY"),
        Endpoint("http://192.168.1.4:8080/v1", key_variable="GPU_KEY"),
        Endpoint("http://api.openai.com/v1"),
    ],
)
def test_no_key_leaves_this_machine_unencrypted(endpoint: Endpoint) -> None:
    key, withheld = choose_key(endpoint, KEYS)
    assert key == ""
    assert "key_over_http = true" in withheld
    assert "use https" in withheld


def test_openais_key_does_not_stand_in_for_one_that_a_table_names() -> None:
    for url in ("https://gpu.lan/v1", "http://localhost/v1", "https://api.openai.com/v1"):
        assert choose_key(Endpoint(url, key_variable="OTHER_KEY"), KEYS) == ("", "")


def test_no_sentence_holds_a_key() -> None:
    for url in ("https://a.example/v1", "http://b.example/v1", "http://api.openai.com/v1"):
        for variable in ("", "GPU_KEY", "OTHER_KEY"):
            said = choose_key(Endpoint(url, key_variable=variable), KEYS).withheld
            assert "sk-" not in said


def test_an_unknown_name_is_answered_with_those_that_there_are() -> None:
    assert "(big, small, any, " in explain_unknown("bgi", TABLES)

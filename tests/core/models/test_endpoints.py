"""A server is named by its address or by a table of the settings; a key belongs to its host."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeshell.core.errors import ModelError, ModelNotFound
from seeshell.core.models.endpoints import Endpoint, find_endpoint, parse_address


@pytest.mark.parametrize(
    ("source", "endpoint"),
    [
        ("http://host:8080/v1#name", Endpoint("http://host:8080/v1", "name")),
        ("http://host:8080", Endpoint("http://host:8080/v1", "")),
        ("https://host/v1/#a/b:c", Endpoint("https://host/v1", "a/b:c")),
        ("http://[::1]:80/api/v3", Endpoint("http://[::1]:80/api/v3", "")),
        ("HTTP://host/v1/chat/completions#x", Endpoint("http://host/v1", "x")),
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
        "http://[::1",
        "http://host?a=b",
        "http://a b/v1",
        "http://me:password@host/v1",
    ],
)
def test_what_is_no_address_says_how_one_is_written(source: str) -> None:
    with pytest.raises(ModelNotFound, match=r"http://host:port/v1#name") as caught:
        find_endpoint(source, {})
    assert "password" not in str(caught.value)


@given(st.text())
def test_any_text_after_http_is_an_address_or_a_clear_no(text: str) -> None:
    try:
        endpoint = parse_address(f"http://{text}")
    except ModelError as error:
        assert str(error).endswith(".")
    else:
        assert endpoint.url.startswith("http://")
        assert parse_address(f"{endpoint.url}#{quote(endpoint.model)}") == endpoint

import pytest

from seeshell.core.errors import ImageError
from seeshell.core.web.address import is_web_address, read_address


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.org/llamas.jpg", "llamas.jpg"),
        ("https://example.org/a/b/llamas.jpg?width=3#top", "llamas.jpg"),
        ("HTTP://Example.org:8080/two%20llamas.png", "two llamas.png"),
        ("https://example.org/", "example.org"),
        ("https://example.org", "example.org"),
        ("http://[::1]:9/x/", "x"),
        ("https://example.org/%2e%2e%2fetc%2fpasswd", "_etc_passwd"),
        ("https://example.org/a%0ab%1b.png", "a b .png"),
        ("https://bücher.example/ä.png", "ä.png"),
    ],
)
def test_a_picture_is_called_by_the_last_part_of_its_address(url: str, name: str) -> None:
    assert read_address(url).name == name


def test_host_and_port_are_known() -> None:
    address = read_address("HTTPS://Example.ORG/a.png#x")
    assert (address.scheme, address.host, address.port) == ("https", "example.org", 443)
    assert address.url == "HTTPS://Example.ORG/a.png"
    assert read_address("http://[::1]:9/x").host == "::1"


@pytest.mark.parametrize(
    "text", ["ftp://a/b.png", "/a.png", "https:/a.png", "http://", "https://a b/c.png", "a.png"]
)
def test_what_is_no_web_address_is_known(text: str) -> None:
    assert not is_web_address(text)
    with pytest.raises(ImageError, match="no http or https address"):
        read_address(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("http://me:secret@example.org/a.png", "holds a name or password"),
        ("http://example.org:99999/a.png", "no address that can be used"),
        ("http://[::1/a.png", "no address that can be used"),
        ("http://example.org/" + "a" * 9000, "no http or https address"),
    ],
)
def test_an_address_that_can_t_be_asked_for_is_refused(text: str, words: str) -> None:
    with pytest.raises(ImageError, match=words) as refused:
        read_address(text)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b.png", "https://example.org/b.png"),
        ("b.png", "https://example.org/x/b.png"),
        ("//other.org/b.png", "https://other.org/b.png"),
        ("http://other.org/b.png", "http://other.org/b.png"),
        ("/two llamas.png ", "https://example.org/two%20llamas.png"),
    ],
)
def test_a_redirect_is_read_from_where_it_stands(location: str, url: str) -> None:
    assert read_address("https://example.org/x/a.png").follow(location).url == url


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "data:image/png;base64,AA", "ftp://a/b", "http://[b/c.png"]
)
def test_a_redirect_leads_nowhere_but_to_the_web(location: str) -> None:
    with pytest.raises(ImageError):
        read_address("https://example.org/a.png").follow(location)

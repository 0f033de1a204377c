"""What a client hands over of its environment, and where that must never appear."""

from pathlib import Path

import pytest
from msgspec.structs import asdict
from rich.pretty import pretty_repr

from seeshell.core.client_environment import (
    MOST_BYTES,
    NO_ENVIRONMENT,
    ClientEnvironment,
    read_client_environment,
)
from seeshell.core.errors import SettingsError
from seeshell.core.messages.lines import encode
from seeshell.core.messages.requests import Hello


def test_keys_proxies_and_certificates_are_read_and_nothing_else() -> None:
    environment = {
        "OPENAI_API_KEY": "sk-openai",
        "HF_TOKEN": "hf-token",
        "GPU_KEY": "sk-gpu",
        "OTHER_KEY": "sk-other",
        "HTTPS_PROXY": "http://upper",
        "http_proxy": "http://lower",
        "HTTP_PROXY": "http://upper",
        "NO_PROXY": "",
        "SSL_CERT_FILE": "/certificates",
        "HOME": "/home/me",
    }
    assert asdict(read_client_environment(environment, ["GPU_KEY", "UNSET_KEY"])) == {
        "keys": {"OPENAI_API_KEY": "sk-openai", "HF_TOKEN": "hf-token", "GPU_KEY": "sk-gpu"},
        "proxies": {"http_proxy": "http://lower", "https_proxy": "http://upper"},
        "certificates": {"SSL_CERT_FILE": "/certificates"},
    }
    assert read_client_environment({}) == NO_ENVIRONMENT


def test_the_place_of_certificates_is_handed_over_in_full(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    relative = {"SSL_CERT_FILE": "ca.pem", "SSL_CERT_DIR": "/etc/ca:others"}
    assert read_client_environment(relative).certificates == {
        "SSL_CERT_FILE": str(tmp_path / "ca.pem"),
        "SSL_CERT_DIR": f"/etc/ca:{tmp_path}/others",
    }
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(SettingsError, match="in which SSL_CERT_FILE names ca"):
        read_client_environment(relative)


SECRET = ClientEnvironment(
    keys={"GPU_KEY": "sk-secret"}, proxies={"https_proxy": "http://me:sk-secret@proxy"}
)


@pytest.mark.parametrize("shown", [SECRET, Hello(version="1", environment=SECRET), [SECRET]])
def test_no_way_of_printing_it_shows_a_value(shown: object) -> None:
    # Textual prints local variables with the last one when the app crashes.
    for text in (repr(shown), str(shown), f"{shown}", pretty_repr(shown)):
        assert "GPU_KEY" in text
        assert "secret" not in text


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"OPENAI_API_KEY": "s" * 1_000_000}, "OPENAI_API_KEY is too long, 1,000,000 characters"),
        ({"GPU_KEY": "s" * MOST_BYTES}, "GPU_KEY is too long"),
        ({"GPU_KEY": "\x01" * 3000}, "GPU_KEY is too long"),
        ({"NO_PROXY": "host," * 9000, "GPU_KEY": "s"}, "no_proxy is too long"),
        ({"HF_TOKEN": "hf\udcff"}, "HF_TOKEN holds bytes that are not UTF-8"),
        ({"SSL_CERT_FILE": "/\udcff"}, "SSL_CERT_FILE holds bytes that are not UTF-8"),
    ],
)
def test_what_can_not_be_handed_over_is_refused_by_name(
    environment: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        read_client_environment(environment, ["GPU_KEY"])
    assert str(refused.value).startswith(sentence)
    assert str(refused.value).endswith("correct it or unset it.")
    assert refused.value.__cause__ is None
    assert "sss" not in str(refused.value)


def test_all_that_may_be_handed_over_fits_into_the_first_line() -> None:
    environment = {"OPENAI_API_KEY": "s" * (MOST_BYTES - 100)}
    hello = Hello(version="1", environment=read_client_environment(environment))
    # The core reads first lines of twice that.
    assert len(encode(hello)) < 16_000

"""What a client's environment says about reaching servers: keys, proxies, certificates.

Each client hands its own over when it connects, so that what was exported after the core had
started counts too. It stays in memory: it is written nowhere, and `repr` gives names only.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from .errors import SettingsError

OPENAI_KEY_VARIABLE: Final = "OPENAI_API_KEY"
"""Holds the key for api.openai.com and for servers of this machine."""

HUB_TOKEN_VARIABLE: Final = "HF_TOKEN"  # noqa: S105 - the name of a variable
"""Holds the token for the Hugging Face hub."""

_PROXY_VARIABLES: Final = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
"""Each counts in lower case before it does in upper case, as curl and Python's own reader do."""

_CERTIFICATE_VARIABLES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Where OpenSSL, and httpx2 with it, looks for the certificates to trust."""


MOST_BYTES: Final = 12 << 10
"""Most that one client's environment may take as JSON, so that it fits into the first line."""


class ClientEnvironment(Struct, frozen=True):
    """Variables of one client's environment; what is not set, or empty, is not in it."""

    keys: dict[str, str] = {}
    """Secrets by the name of their variable."""
    proxies: dict[str, str] = {}
    """By `http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`, always in lower case."""
    certificates: dict[str, str] = {}
    """By `SSL_CERT_FILE` and `SSL_CERT_DIR`."""

    def __repr__(self) -> str:
        return f"ClientEnvironment({', '.join(self._names())})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        # Tracebacks that show local variables print structs through this.
        return [(name, "...") for name in self._names()]

    def _names(self) -> Iterator[str]:
        return chain(self.keys, self.proxies, self.certificates)


NO_ENVIRONMENT: Final = ClientEnvironment()
"""Of a client that hands nothing over: no keys, no proxies, the usual certificates."""


def read_client_environment(
    environment: Mapping[str, str], key_variables: Iterable[str] = ()
) -> ClientEnvironment:
    """Returns what is to be handed over to the core.

    Args:
        environment: all variables.
        key_variables: names of those that hold keys, beside OpenAI's and the hub's.

    Raises:
        SettingsError: a value is too long, or holds bytes that are not UTF-8, or is a place below
            a working directory that was deleted.
    """
    keys = (OPENAI_KEY_VARIABLE, HUB_TOKEN_VARIABLE, *key_variables)
    proxies = {
        name: environment.get(name) or environment.get(name.upper()) for name in _PROXY_VARIABLES
    }
    found = ClientEnvironment(
        keys=_set_ones({name: environment.get(name) for name in keys}),
        proxies=_set_ones(proxies),
        certificates={
            name: _in_full(name, path)
            for name in _CERTIFICATE_VARIABLES
            if (path := environment.get(name))
        },
    )
    _check_sendable(found)
    return found


def _in_full(name: str, path: str) -> str:
    """Returns the whole path of certificates; the core stands in another working directory."""
    try:
        # OpenSSL takes several folders, with colons between them.
        return os.pathsep.join(str(Path(one).absolute()) for one in path.split(os.pathsep))
    except FileNotFoundError as error:
        raise SettingsError(
            f"The working directory, in which {name} names {path}, was deleted: change to another "
            "one, or export the full path."
        ) from error


def _set_ones(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _check_sendable(environment: ClientEnvironment) -> None:
    values = environment.keys | environment.proxies | environment.certificates
    for name, value in values.items():
        # The error of Python's own encoder would carry the value.
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise SettingsError(f"{name} holds bytes that are not UTF-8: correct it or unset it.")
    if len(msgspec.json.encode(environment)) > MOST_BYTES:
        name = max(values, key=lambda name: len(values[name]))
        raise SettingsError(
            f"{name} is too long, {len(values[name]):,} characters: keys, proxies and "
            f"certificates' places have {MOST_BYTES:,} bytes together; correct it or unset it."
        )

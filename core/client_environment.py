"""What a client's environment says about reaching servers: keys, proxies, certificates.

Each client hands its own over when it connects, so that what was exported after the core had
started counts too. It stays in memory: it is written nowhere, and `repr` gives names only.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

OPENAI_KEY_VARIABLE: Final = "OPENAI_API_KEY"
"""Holds the key for api.openai.com and for servers of this machine."""

HUB_TOKEN_VARIABLE: Final = "HF_TOKEN"  # noqa: S105 - the name of a variable
"""Holds the token for the Hugging Face hub."""

_PROXY_VARIABLES: Final = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
"""Each counts in lower case before it does in upper case, as curl and Python's own reader do."""

_CERTIFICATE_VARIABLES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Where OpenSSL, and httpx2 with it, looks for the certificates to trust."""


class ClientEnvironment(Struct, frozen=True):
    """Variables of one client's environment; what is not set, or empty, is not in it."""

    keys: dict[str, str] = {}
    """Secrets by the name of their variable."""
    proxies: dict[str, str] = {}
    """By `http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`, always in lower case."""
    certificates: dict[str, str] = {}
    """By `SSL_CERT_FILE` and `SSL_CERT_DIR`."""

    def __repr__(self) -> str:
        names = [*self.keys, *self.proxies, *self.certificates]
        return f"ClientEnvironment({', '.join(names)})"


NO_ENVIRONMENT: Final = ClientEnvironment()
"""Of a client that hands nothing over: no keys, no proxies, the usual certificates."""


def read_client_environment(
    environment: Mapping[str, str], key_variables: Iterable[str] = ()
) -> ClientEnvironment:
    """Returns what is to be handed over to the core.

    Args:
        environment: all variables.
        key_variables: names of those that hold keys, beside OpenAI's and the hub's.
    """
    keys = (OPENAI_KEY_VARIABLE, HUB_TOKEN_VARIABLE, *key_variables)
    proxies = {
        name: environment.get(name) or environment.get(name.upper()) for name in _PROXY_VARIABLES
    }
    return ClientEnvironment(
        keys=_set_ones({name: environment.get(name) for name in keys}),
        proxies=_set_ones(proxies),
        certificates=_set_ones({name: environment.get(name) for name in _CERTIFICATE_VARIABLES}),
    )


def _set_ones(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}

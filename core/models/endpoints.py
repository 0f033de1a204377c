"""Which server a name or an address means, and which key may go to it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from ..client_environment import OPENAI_KEY_VARIABLE
from ..errors import ModelNotFound
from ..settings import EndpointSettings
from .hub.names import parse_repository

_OPENAI_HOST: Final = "api.openai.com"

_SCHEME: Final = re.compile(r"https?://", re.IGNORECASE)

_HOST_AND_PORT: Final = re.compile(
    r"(localhost|[\w.-]+|\[[0-9a-f:]+\]):\d+([/#].*)?", re.IGNORECASE
)
"""An address whose scheme was left out: it has a port, which no repository and no folder has."""

_THIS_MACHINE: Final = re.compile(r"localhost|127(\.\d+){3}|::1", re.IGNORECASE)


@dataclass(frozen=True)
class Endpoint:
    """A model behind an OpenAI-compatible server."""

    url: str
    """Base address, without a slash at its end."""
    model: str = ""
    """The server's name for the model; empty to take one that it lists."""
    key_variable: str = ""
    """Name of the variable that holds its key; empty for none of its own."""
    context: int = 0
    """Tokens of the model's context; 0 to take what the server says."""
    key_over_http: bool = False
    """Whether its key may leave this machine unencrypted."""

    @property
    def host(self) -> str:
        """Name and port, as a user writes them."""
        return urlsplit(self.url).netloc

    @property
    def is_on_this_machine(self) -> bool:
        """Whether its address is `localhost` or a loopback address."""
        return _THIS_MACHINE.fullmatch(urlsplit(self.url).hostname or "") is not None


class ChosenKey(NamedTuple):
    """What may be sent to a server to prove who asks."""

    key: str
    """Empty to send none."""
    withheld: str = ""
    """One sentence on why a key that is set is not sent; empty if none is held back."""


def find_endpoint(source: str, tables: Mapping[str, EndpointSettings]) -> Endpoint | None:
    """Returns the server that a source means; None if it means none.

    Args:
        source: a table's name, with `#model` behind it perhaps, or an address.
        tables: `[endpoints]` of the settings. An address takes the table whose host matches.

    Raises:
        ModelNotFound: the address can't be one, or is a page of the Hugging Face hub.
    """
    name, _, model = source.partition("#")
    if name in tables:
        return _of_table(tables[name], unquote(model))
    if parse_repository(source):
        return None
    if not _SCHEME.match(source) and not _HOST_AND_PORT.fullmatch(source):
        return None
    endpoint = parse_address(source)
    for table in tables.values():
        if parse_address(table.url).host == endpoint.host:
            own = _of_table(table, endpoint.model)
            return Endpoint(
                endpoint.url, own.model, own.key_variable, own.context, own.key_over_http
            )
    return endpoint


def parse_address(source: str) -> Endpoint:
    """Returns the parts of `http://host:port/v1#name`; a path left out is taken to be `/v1`.

    Raises:
        ModelNotFound: the address can't be one.
    """
    if not _SCHEME.match(source):
        source = f"http://{source}"
    try:
        parts = urlsplit(source)
        is_address = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or parts.query or parts.username is not None or " " in source:
        raise ModelNotFound(
            "This is no address of a model; write http://host:port/v1#name-of-the-model, "
            "and put a key into the environment."
        )
    path = parts.path.rstrip("/").removesuffix("/chat/completions")
    return Endpoint(f"{parts.scheme}://{parts.netloc}{path or '/v1'}", unquote(parts.fragment))


def choose_key(endpoint: Endpoint, keys: Mapping[str, str]) -> ChosenKey:
    """Returns the key for a server.

    Its own variable's; without one, OpenAI's for api.openai.com and for this machine. Over plain
    http beyond this machine none is sent unless the endpoint's table says so.

    Args:
        endpoint: the server.
        keys: by the name of their variable.
    """
    variable = endpoint.key_variable
    if not variable and (endpoint.is_on_this_machine or endpoint.host == _OPENAI_HOST):
        variable = OPENAI_KEY_VARIABLE
    key = keys.get(variable, "").strip()
    is_private = endpoint.is_on_this_machine or endpoint.url.lower().startswith("https:")
    if key and not is_private and not endpoint.key_over_http:
        return ChosenKey("", f"The key is not sent to {endpoint.host}: the line is not encrypted.")
    return ChosenKey(key)


def _of_table(table: EndpointSettings, model: str) -> Endpoint:
    address = parse_address(table.url)
    return Endpoint(
        address.url,
        model or table.model or address.model,
        table.key_variable,
        table.context,
        table.key_over_http,
    )

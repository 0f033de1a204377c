"""Which server a name or an address means, and which key may go to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from ..client_environment import OPENAI_KEY_VARIABLE
from ..errors import ModelNotFound
from ..server_address import (
    BadAddress,
    ServerAddress,
    is_this_machine,
    is_usual_loopback,
    looks_like_address,
    split_address,
)
from ..settings import EndpointSettings

_OPENAI_HOST: Final = "api.openai.com"


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
        """Whether its address is `localhost`, a name below that, or a loopback number."""
        return is_this_machine(urlsplit(self.url).hostname or "")


class ChosenKey(NamedTuple):
    """What may be sent to a server to prove who asks."""

    key: str
    """Empty to send none."""
    withheld: str = ""
    """One sentence on why a key that is set is not sent; empty if none is held back."""


def find_endpoint(source: str, tables: Mapping[str, EndpointSettings]) -> Endpoint | None:
    """Returns the server that a source means; None if it means none.

    An address takes what belongs to the table of its host and port: the key, and whatever the
    address itself leaves out of scheme, path and model. Of several such tables it is the one that
    names the same model, else the first. The context is that of the table's model only. Without
    such a table, one that is the only one of that host gives its key alone: another port is
    another server.

    Args:
        source: a table's name, with `#model` behind it perhaps, or an address.
        tables: `[endpoints]` of the settings.

    Raises:
        ModelNotFound: the address can't be one.
    """
    name, _, model = source.partition("#")
    if name in tables:
        its = _read(tables[name].url)
        return _of_table(tables[name], its, its.url, unquote(model))
    if not looks_like_address(source):
        return None
    address = _read(source)
    known = [(table, _read(table.url)) for table in tables.values()]
    same = [(table, its) for table, its in known if its.host == address.host]
    nearest = [(table, its) for table, its in same if its.port == address.port]
    if nearest:
        wanted = [it for it in nearest if _own_model(*it) == address.model]
        table, its = (wanted or nearest)[0]
        return _of_table(table, its, _complete(address, its), address.model)
    if len(same) == 1:
        table, _ = same[0]
        return Endpoint(
            address.url,
            address.model,
            key_variable=table.key_variable,
            key_over_http=table.key_over_http,
        )
    return Endpoint(address.url, address.model)


def parse_address(source: str) -> Endpoint:
    """Returns the parts of `http://host:port/v1#name`; a path left out is taken to be `/v1`.

    Raises:
        ModelNotFound: the address can't be one.
    """
    address = _read(source)
    return Endpoint(address.url, address.model)


def choose_key(endpoint: Endpoint, keys: Mapping[str, str]) -> ChosenKey:
    """Returns the key for a server.

    Its own variable's; without one, OpenAI's for api.openai.com and for this machine. Over plain
    http beyond this machine none is sent unless the endpoint's table says so.

    Args:
        endpoint: the server.
        keys: by the name of their variable.
    """
    variable = endpoint.key_variable or OPENAI_KEY_VARIABLE
    key = keys.get(variable, "").strip()
    if not key:
        return ChosenKey("")
    if not endpoint.key_variable and not _takes_openai_key(endpoint):
        return ChosenKey("", _explain_unnamed(endpoint))
    if not (_is_private(endpoint) or endpoint.key_over_http):
        return ChosenKey("", _explain_unencrypted(endpoint, variable))
    return ChosenKey(key)


def explain_unknown(source: str, tables: Mapping[str, EndpointSettings]) -> str:
    """Returns one sentence on a name that means nothing, with the names that do.

    Args:
        source: no folder, no repository, no address and no table's name.
        tables: `[endpoints]` of the settings, not empty.
    """
    return (
        f"There is no model {source}: give an endpoint that config.toml names "
        f"({', '.join(tables)}), an address, a folder, a Hugging Face repository or `demo`."
    )


def _read(text: str) -> ServerAddress:
    try:
        return split_address(text)
    except BadAddress as error:
        raise ModelNotFound(str(error)) from error


def _complete(address: ServerAddress, its: ServerAddress) -> str:
    """Returns the base address, with the scheme and the path of a table's where it has none."""
    scheme = urlsplit(address.url if address.has_scheme else its.url).scheme
    path = urlsplit(address.url if address.has_path else its.url).path
    return f"{scheme}://{urlsplit(address.url).netloc}{path}"


def _own_model(table: EndpointSettings, its: ServerAddress) -> str:
    return table.model or its.model


def _of_table(table: EndpointSettings, its: ServerAddress, url: str, model: str) -> Endpoint:
    own = _own_model(table, its)
    return Endpoint(
        url,
        model or own,
        table.key_variable,
        table.context if not own or model in ("", own) else 0,
        table.key_over_http,
    )


def _is_private(endpoint: Endpoint) -> bool:
    """Whether nobody on the way can read what is sent."""
    return endpoint.is_on_this_machine or endpoint.url.startswith("https:")


def _takes_openai_key(endpoint: Endpoint) -> bool:
    host = (urlsplit(endpoint.url).hostname or "").rstrip(".")
    return host == _OPENAI_HOST or is_usual_loopback(host)


def _explain_unnamed(endpoint: Endpoint) -> str:
    lines = [f'url = "{endpoint.url}"', f'key_variable = "{OPENAI_KEY_VARIABLE}"']
    if not _is_private(endpoint):
        lines.append("key_over_http = true")
    return (
        f"The key in {OPENAI_KEY_VARIABLE} is not sent to {endpoint.host}: if it belongs there, "
        "name it as key_variable in a table [endpoints.NAME] of config.toml, with the lines "
        f"{', '.join(lines)}."
    )


def _explain_unencrypted(endpoint: Endpoint, variable: str) -> str:
    return (
        f"The key in {variable} is not sent to {endpoint.host}, because the line is not encrypted: "
        "use https, or write key_over_http = true in that server's table [endpoints.NAME] of "
        "config.toml."
    )

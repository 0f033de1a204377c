"""Who was asked for what, as far as sentences about it need that."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Asked:
    """Who was asked for what, as far as sentences about it need that."""

    url: str
    """Base address of the server."""
    model: str = ""
    offered: str = ""
    """Names of models that the server lists."""
    key: str = field(default="", repr=False)
    """What was sent as key; empty for none."""
    key_advice: str = ""
    """What to do so that the right key is sent, without a full stop."""
    withheld: str = ""
    """One sentence on why a key that is set was not sent; may be empty."""
    proxy: str = ""
    """Host and port of the proxy that the request went through; empty for none."""

    @property
    def host(self) -> str:
        """Name and port of the server."""
        return urlsplit(self.url).netloc

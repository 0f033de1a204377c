"""seeshell's own JSON of conversations, as `seeshell show --json` prints it: without pictures."""

from typing import Final

from ....core.kept import KeptConversation
from .collected import Collected
from .json_list import read_each
from .source import Source

ORIGIN: Final = "seeshell"


def read(source: Source, name: str, out: Collected) -> None:
    """Reads conversations; the core has the pictures' files, or says that it has not.

    Raises:
        TransferError: the file can't be read.
    """
    for kept in read_each(source, name, KeptConversation, out):
        out.add(kept)

"""The commands that decide what a notice asks, and what each does."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..session.decisions import WayOut

WAYS_OUT: Final[Mapping[WayOut, tuple[str, str]]] = MappingProxyType(
    {
        "load again": ("chat.load_again", "tries again"),
        "restore": ("chat.restore", "restores it"),
        "load kept": ("chat.load_kept", "loads its model"),
        "go on": ("chat.go_on", "goes on with the loaded one"),
        "load another": ("chat.load_another", "chooses another model"),
        "fetch anyway": ("chat.fetch_anyway", "fetches it all the same"),
        "start new": ("chat.start_new", "starts a new conversation"),
        "leave out": (
            "chat.make_room",
            "leaves out {what} (frees about {tokens:,} tokens) and asks",
        ),
    }
)
"""The id of each command in the table of keys, and its effect in words."""

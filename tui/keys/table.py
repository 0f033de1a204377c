"""Every command that has a key, by its id; nothing else names one."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .chat_commands import CONVERSATIONS, EVERYWHERE, LOG, MESSAGE, SCREEN
from .chooser_commands import ADAPTERS, MODELS, PAST, PRESETS, TEMPLATES
from .command import Command, Place
from .typing_commands import (
    CHIPS,
    FOLDERS,
    HELP,
    LINE,
    PALETTE,
    PICKER,
    PROMPT,
    YES_OR_NO,
)

PLACES: Final = (
    SCREEN,
    EVERYWHERE,
    PROMPT,
    CHIPS,
    MESSAGE,
    LOG,
    CONVERSATIONS,
    PAST,
    MODELS,
    ADAPTERS,
    PRESETS,
    TEMPLATES,
    PICKER,
    FOLDERS,
    YES_OR_NO,
    LINE,
    PALETTE,
    HELP,
)
"""In the order in which the list of keys tells of them."""

PLACE_OF: Final[Mapping[str, Place]] = MappingProxyType({place.id: place for place in PLACES})

COMMANDS: Final[Mapping[str, Command]] = MappingProxyType(
    {place.id_of(command): command for place in PLACES for command in place.commands}
)


def place_of(command_id: str) -> Place:
    """Returns the place where a command belongs."""
    return PLACE_OF[command_id.partition(".")[0]]

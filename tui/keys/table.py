"""Every command that has a key, by its id; nothing else names one."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .chat_commands import MESSAGE
from .chooser_commands import ADAPTERS, MODELS, PAST, PRESETS, TEMPLATES
from .command import Command, Place
from .export_commands import EXPORT
from .library_commands import CONVERSATIONS, LIBRARY
from .log_commands import LOG
from .picker_commands import FOLDERS, GRID, PICKER
from .reading_commands import COMPARED, FIND, TREE
from .roll_commands import NEW_ROLL, ROLL, ROLLS
from .screen_commands import EVERYWHERE, SCREEN
from .typing_commands import CHIPS, HELP, LINE, PALETTE, PROMPT, YES_OR_NO
from .viewer_commands import CROP, VIEWER

PLACES: Final = (
    SCREEN,
    EVERYWHERE,
    PROMPT,
    CHIPS,
    MESSAGE,
    LOG,
    FIND,
    TREE,
    COMPARED,
    CONVERSATIONS,
    LIBRARY,
    PAST,
    MODELS,
    ADAPTERS,
    PRESETS,
    TEMPLATES,
    PICKER,
    GRID,
    FOLDERS,
    ROLL,
    ROLLS,
    NEW_ROLL,
    VIEWER,
    CROP,
    EXPORT,
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

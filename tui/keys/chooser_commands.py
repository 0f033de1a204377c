"""The commands of the lists that lie above the chat and close with what was chosen."""

from typing import Final

from .command import Command, Place

_CLOSE: Final = Command(
    "close", "esc", "Close it", footer="close", rank=1, moves_focus=True, must_keep="esc"
)

_PAGES: Final = (
    Command("page_down", "pagedown", "Page down", action="move(8)"),
    Command("page_up", "pageup", "Page up", action="move(-8)"),
)

_OF_THE_FILE: Final = (
    Command("edit", "ctrl+e", "Edit presets.toml in $VISUAL or $EDITOR", "edit", rank=2),
    Command("move", "up down pageup pagedown home end", "Move in the list", is_fixed=True),
)
"""Of the lists that `presets.toml` holds."""

PAST: Final = Place(
    "past",
    "Past prompts",
    (
        Command(
            "choose",
            "enter",
            "Put the prompt into the prompt line",
            footer="to the prompt",
            rank=2,
            moves_focus=True,
            is_urgent=True,
        ),
        Command("older", "down ctrl+s", "Older prompt", footer="older", rank=2, action="move(1)"),
        Command("newer", "up", "Newer prompt", footer="newer", rank=2, action="move(-1)"),
        *_PAGES,
        _CLOSE,
    ),
    parent="app",
    types_text=True,
)

MODELS: Final = Place(
    "models",
    "Models",
    (
        Command("choose", "enter", "Load the model", footer="load", rank=2, is_urgent=True),
        Command(
            "cancel_load",
            "f6",
            "Cancel the load or download",
            footer="cancel the load",
            rank=1,
            is_urgent=True,
        ),
        Command("next", "down", "Next model", footer="down", rank=3, action="move(1)"),
        Command("previous", "up", "Previous model", footer="up", rank=3, action="move(-1)"),
        *_PAGES,
        _CLOSE,
    ),
    parent="app",
    types_text=True,
)

ADAPTERS: Final = Place(
    "adapters",
    "Adapters",
    (
        Command("choose", "enter", "Answer with it", footer="choose", rank=2, is_urgent=True),
        Command("next", "down", "Next adapter", footer="down", rank=3, action="move(1)"),
        Command("previous", "up", "Previous adapter", footer="up", rank=3, action="move(-1)"),
        *_PAGES,
        _CLOSE,
    ),
    parent="app",
    types_text=True,
)

PRESETS: Final = Place(
    "presets",
    "Presets",
    (
        Command(
            "choose",
            "enter",
            "Answer so from the next question on",
            footer="choose",
            rank=2,
            moves_focus=True,
            is_urgent=True,
        ),
        *_OF_THE_FILE,
        _CLOSE,
    ),
    parent="app",
)

TEMPLATES: Final = Place(
    "templates",
    "Templates",
    (
        Command(
            "choose",
            "enter",
            "Put the question into the prompt",
            footer="to the prompt",
            rank=2,
            moves_focus=True,
            is_urgent=True,
        ),
        *_OF_THE_FILE,
        _CLOSE,
    ),
    parent="app",
    types_text=True,
    note="The letter or digit before a template picks it:",
)

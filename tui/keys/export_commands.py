"""The commands of the question how to export conversations."""

from typing import Final

from .command import Command, Place

EXPORT: Final = Place(
    "export",
    "Export",
    (
        Command(
            "cancel", "esc", "Close it", footer="cancel", rank=1, moves_focus=True, must_keep="esc"
        ),
        Command(
            "accept",
            "enter",
            "Export",
            footer="export",
            rank=2,
            moves_focus=True,
            is_urgent=True,
        ),
        Command(
            "next", "down", "Next form", footer="form", rank=3, action="move(1)", is_urgent=True
        ),
        Command("previous", "up", "Previous form", action="move(-1)", is_urgent=True),
        Command(
            "branches",
            "alt+a",
            "With the branches not shown, or without",
            footer="branches",
            rank=4,
            action="turn_branches",
        ),
        Command(
            "metadata",
            "alt+m",
            "With EXIF and GPS in pictures, or without",
            footer="EXIF",
            rank=5,
            action="turn_metadata",
        ),
    ),
    parent="app",
    types_text=True,
)

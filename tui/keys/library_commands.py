"""The commands of the list of conversations, as sidebar and as library, and of the library."""

from typing import Final

from msgspec.structs import replace

from .command import KEYS, Command, Place

CONVERSATIONS: Final = Place(
    "list",
    "Conversations",
    (
        Command("open", "enter", "Open the conversation", footer="open", rank=2, moves_focus=True),
        Command(
            "rename", "r", "Rename the conversation", footer="rename", rank=2, moves_focus=True
        ),
        Command(
            "delete",
            "d delete",
            "Delete the conversation; in the bin for good",
            footer="delete",
            rank=2,
            moves_focus=True,
        ),
        Command(
            "restore",
            "u",
            "Undo the deletion of the conversation",
            footer="undo delete",
            rank=2,
        ),
        Command(
            "filter", "/", "Filter the conversations", footer="filter", rank=2, moves_focus=True
        ),
        Command("mark", "space", "Mark the conversation, or not", footer="mark", rank=4),
        Command("pin", "p", "Pin the conversation, or no longer", footer="pin", rank=4),
        Command(
            "tag",
            "t",
            "Tag the conversation, or take tags off",
            footer="tag",
            rank=4,
            moves_focus=True,
        ),
        Command(
            "export", "e", "Export the conversation", footer="export", rank=5, moves_focus=True
        ),
        Command("archive", "a", "Archive the conversation, or take it back", "archive", rank=5),
        Command("sort", "s", "Sort by change, start, title, length", footer="sort", rank=6),
        Command("shelf", "b", "Show the archive, the bin, or the others", "bin", rank=6),
        Command(
            "empty_bin",
            "E",
            "Remove all that is in the bin for good",
            footer="empty the bin",
            rank=3,
            moves_focus=True,
        ),
        Command("next", "down j", "Next conversation", action="move(1)", in_palette=False),
        Command("previous", "up k", "Previous conversation", action="move(-1)", in_palette=False),
        Command("page_down", "pagedown", "Page down", action="move_page(1)", in_palette=False),
        Command("page_up", "pageup", "Page up", action="move_page(-1)", in_palette=False),
        Command("first", "home", "To the first one", action="go(0)", in_palette=False),
        Command("last", "end", "To the last one", action="go(-1)", in_palette=False),
        Command(
            "to_list",
            "down",
            "From the filter to the list",
            footer="list",
            rank=2,
            moves_focus=True,
            in_palette=False,
        ),
    ),
    parent="screen",
    in_palette=True,
    letters="in the list",
    note=(
        "The filter takes words, tag:x model:x has:picture is:pinned is:archived\n"
        "is:bin on:2026-05 before:2026 after:7d picture:FILE like:FILE sort:title."
    ),
)

LIBRARY: Final = Place(
    "library",
    "Library",
    (
        Command(
            "back",
            "esc",
            "Back: unmark, clear the search, close",
            footer="close",
            rank=1,
            moves_focus=True,
            must_keep="esc",
        ),
        replace(KEYS, keys="f1"),
        Command(
            "turn_preview",
            "f3",
            "Show or hide what was said last",
            footer="preview",
            rank=8,
        ),
    ),
    parent="app",
    types_text=True,
)

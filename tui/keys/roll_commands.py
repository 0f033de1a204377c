"""The commands of rolls: the table of one, the list of all, and what begins one."""

from typing import Final

from .command import Command, Place

ROLL: Final = Place(
    "roll",
    "One question over many pictures",
    (
        Command(
            "back",
            "esc",
            "Back: clear the filter, close the table",
            footer="close",
            rank=1,
            moves_focus=True,
            must_keep="esc",
            action="screen.back",
        ),
        Command(
            "open",
            "enter",
            "Ask on, in a conversation",
            footer="ask on",
            rank=2,
            moves_focus=True,
            action="screen.open",
        ),
        Command(
            "turn",
            "p space",
            "Pause the roll, or go on",
            footer="pause",
            rank=3,
            action="screen.turn",
        ),
        Command(
            "retry",
            "r",
            "Ask again about the picture",
            footer="again",
            rank=4,
            action="screen.retry",
        ),
        Command(
            "retry_failed",
            "R",
            "Ask again about all that failed",
            "all failed",
            rank=5,
            action="screen.retry_failed",
        ),
        Command(
            "sort",
            "s",
            "Sort by picture, name, answer, seconds",
            footer="sort",
            rank=5,
            action="screen.sort",
        ),
        Command("reverse", "S", "Sort the other way round", action="screen.reverse"),
        Command(
            "states",
            "f",
            "Show all, failed, done or waiting rows",
            "states",
            rank=6,
            action="screen.states",
        ),
        Command(
            "filter",
            "/",
            "Show rows that hold words",
            footer="filter",
            rank=6,
            moves_focus=True,
            action="screen.filter",
        ),
        Command("copy", "c", "Copy the answer", footer="copy", rank=7, action="screen.copy"),
        Command("next", "down j", "Next row", action="move(1)"),
        Command("previous", "up k", "Previous row", action="move(-1)"),
        Command("page_down", "pagedown", "Page down", action="move_page(1)"),
        Command("page_up", "pageup", "Page up", action="move_page(-1)"),
        Command("first", "home", "To the first row", action="move(-1000000)"),
        Command("last", "end", "To the last row", action="move(1000000)"),
    ),
    parent="app",
    letters="in the table",
)

ROLLS: Final = Place(
    "rolls",
    "Questions over many pictures",
    (
        Command("close", "esc", "Close it", "close", rank=1, moves_focus=True, must_keep="esc"),
        Command("open", "enter", "Show its table", footer="show", rank=2, moves_focus=True),
        Command("new", "n", "Ask about other pictures", footer="new", rank=3, moves_focus=True),
        Command("delete", "d delete", "Delete it", footer="delete", rank=4, moves_focus=True),
        Command("move", "up down pageup pagedown home end", "Move in the list", is_fixed=True),
    ),
    parent="app",
    letters="in the list",
)

NEW_ROLL: Final = Place(
    "new_roll",
    "Ask about many pictures",
    (
        Command("cancel", "esc", "Close it", "cancel", rank=1, moves_focus=True, must_keep="esc"),
        Command(
            "start", "enter", "Next field, or ask", "ask", rank=2, moves_focus=True, is_urgent=True
        ),
        Command("next_field", "tab", "Next field", action="app.focus_next", moves_focus=True),
    ),
    parent="app",
    types_text=True,
)

"""The commands where text is typed, and of the screens that lie above the chat."""

from typing import Final

from .command import Command, Place

PROMPT: Final = Place(
    "prompt",
    "Prompt",
    (
        Command("send", "enter", "Send the message"),
        Command(
            "new_line",
            "ctrl+j alt+enter shift+enter",
            "New line",
            footer="new line",
            rank=5,
            action="break_line",
        ),
        Command("up", "up", "Up; previous prompt (from the first line)", action="cursor_up"),
        Command("down", "down", "Down; next prompt (from the last line)", action="cursor_down"),
        Command("page_up", "pageup", "Scroll the log up", action="turn_page(-1)"),
        Command("page_down", "pagedown", "Scroll the log down", action="turn_page(1)"),
        Command(
            "to_log",
            "shift+tab",
            "Into the log",
            action="app.focus_previous",
            moves_focus=True,
        ),
        Command("undo", "ctrl+_ ctrl+/ super+z", "Undo what was typed"),
        Command("redo", "ctrl+y super+y", "Redo what was undone"),
        Command("left", "left", "Character left", action="cursor_left"),
        Command("right", "right", "Character right", action="cursor_right"),
        Command("word_left", "ctrl+left", "Word left", action="cursor_word_left"),
        Command("word_right", "ctrl+right", "Word right", action="cursor_word_right"),
        Command("line_start", "home ctrl+a", "Start of the line", action="cursor_line_start"),
        Command("line_end", "end ctrl+e", "End of the line", action="cursor_line_end"),
        Command("delete_left", "backspace", "Delete to the left"),
        Command("delete_right", "delete ctrl+d", "Delete to the right"),
        Command(
            "delete_word_left",
            "ctrl+w alt+backspace ctrl+backspace",
            "Delete the word before the cursor",
        ),
        Command("delete_word_right", "alt+delete", "Delete the word after the cursor"),
        Command(
            "delete_to_start",
            "ctrl+u super+backspace",
            "Delete to the start of the line",
            action="delete_to_start_of_line",
        ),
        Command(
            "delete_to_end",
            "ctrl+k",
            "Delete to the end of the line",
            action="delete_to_end_of_line_or_delete_line",
        ),
        Command("delete_line", "ctrl+shift+k", "Delete the line"),
        Command("select_up", "shift+up", "Select a row up", action="cursor_up(True)"),
        Command("select_down", "shift+down", "Select a row down", action="cursor_down(True)"),
        Command("select_left", "shift+left", "Select to the left", action="cursor_left(True)"),
        Command("select_right", "shift+right", "Select to the right", action="cursor_right(True)"),
        Command(
            "select_word_left",
            "ctrl+shift+left",
            "Select a word to the left",
            action="cursor_word_left(True)",
        ),
        Command(
            "select_word_right",
            "ctrl+shift+right",
            "Select a word to the right",
            action="cursor_word_right(True)",
        ),
        Command(
            "select_to_start",
            "shift+home",
            "Select to the start of the line",
            action="cursor_line_start(True)",
        ),
        Command(
            "select_to_end",
            "shift+end",
            "Select to the end of the line",
            action="cursor_line_end(True)",
        ),
        Command("select_line", "f6", "Select the line"),
        Command("select_all", "f7", "Select everything typed"),
        Command("cut", "ctrl+x super+x", "Cut the selection"),
        Command("copy", "ctrl+c super+c", "Copy the selection"),
        Command("paste", "ctrl+v", "Paste what was cut or copied here"),
    ),
    parent="chat",
    types_text=True,
)

PICKER: Final = Place(
    "picker",
    "Picture picker (letters filter the names)",
    (
        Command(
            "accept",
            "enter",
            "Attach the marked pictures; open a folder",
            footer="attach",
            rank=2,
            action="screen.accept",
            moves_focus=True,
        ),
        Command(
            "mark",
            "space",
            "Mark the picture, to attach several",
            footer="mark",
            rank=2,
            action="screen.mark",
        ),
        Command("parent", "left", "To the folder above", footer="up", rank=2, action="screen.up"),
        Command(
            "order",
            "ctrl+s",
            "Newest first, or by name",
            footer="newest",
            rank=3,
            action="screen.toggle_order",
        ),
        Command(
            "hidden",
            "ctrl+t",
            "Show or hide hidden files",
            footer="hidden",
            rank=3,
            action="screen.toggle_hidden",
        ),
        Command(
            "back",
            "esc",
            "Clear the filter; without one: close",
            footer="close",
            rank=1,
            action="screen.cancel",
            moves_focus=True,
            must_keep="esc",
        ),
        Command("open", "right", "Open the folder", action="screen.open"),
        Command("reload", "ctrl+r", "Read the folder again", action="screen.reload"),
        Command(
            "erase",
            "backspace",
            "Erase a letter, or go to the folder above",
            action="screen.erase",
        ),
        Command("previous", "up", "Previous name", action="move(-1)"),
        Command("next", "down", "Next name", action="move(1)"),
        Command("page_up", "pageup", "Page up", action="move_page(-1)"),
        Command("page_down", "pagedown", "Page down", action="move_page(1)"),
        Command("first", "home", "First name", action="move(-1000000000)"),
        Command("last", "end", "Last name", action="move(1000000000)"),
    ),
    parent="app",
    types_text=True,
    note="/ opens the folder that the filter found, or goes to the root; ~ goes home.",
)

YES_OR_NO: Final = Place(
    "confirm",
    "A question to confirm",
    (
        Command("yes", "y", "Yes", footer="yes", rank=2, action="answer(True)", moves_focus=True),
        Command(
            "no",
            "n esc",
            "No",
            footer="no",
            rank=2,
            action="answer(False)",
            moves_focus=True,
            must_keep="esc",
        ),
    ),
    parent="app",
)

LINE: Final = Place(
    "line",
    "A line to fill in",
    (
        Command(
            "accept",
            "enter",
            "Accept the line",
            footer="accept",
            rank=2,
            moves_focus=True,
            is_urgent=True,
        ),
        Command(
            "cancel",
            "esc",
            "Cancel",
            footer="cancel",
            rank=2,
            moves_focus=True,
            must_keep="esc",
        ),
    ),
    parent="app",
    types_text=True,
    note="The keys that edit are the defaults of the prompt, here and in filters.",
)

HELP: Final = Place(
    "help",
    "This list of keys",
    (
        Command(
            "close",
            "esc f1 q ?",
            "Close it",
            footer="close",
            rank=1,
            action="app.pop_screen",
            moves_focus=True,
            must_keep="esc",
        ),
        Command("scroll", "up down pageup pagedown home end", "Scroll", is_fixed=True),
    ),
    parent="app",
)

PALETTE: Final = Place(
    "palette",
    "Commands",
    (
        Command("run", "enter", "Run the command", is_fixed=True),
        Command("move", "up down pageup pagedown", "Choose a command", is_fixed=True),
        Command("close", "esc", "Close the commands", is_fixed=True),
    ),
    parent="app",
    types_text=True,
    note="Letters search.",
)

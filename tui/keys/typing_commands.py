"""The commands where text is typed, and of the dialogs above the chat."""

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
        Command(
            "complete",
            "tab",
            "Complete a path, or @ and part of a name",
        ),
        Command(
            "editor",
            "ctrl+g",
            "Edit the prompt in $VISUAL or $EDITOR",
            action="edit",
            moves_focus=True,
        ),
        Command(
            "past",
            "ctrl+s",
            "Search your prompts in all conversations",
            action="search_past",
            moves_focus=True,
        ),
        Command("page_up", "pageup", "Scroll the log up", action="turn_page(-1)"),
        Command("page_down", "pagedown", "Scroll the log down", action="turn_page(1)"),
        Command("log_end", "ctrl+end", "To the end of the log", action="leave_for_end"),
        Command(
            "to_log",
            "shift+tab",
            "To the pictures above, or into the log",
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
        Command(
            "line_end", "end ctrl+e", "End of the line; there: of the log", action="cursor_line_end"
        ),
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
        Command("cut", "ctrl+x super+x", "Cut the selection, or clear the prompt"),
        Command("copy", "ctrl+c super+c", "Copy the selection"),
        Command("paste", "ctrl+v", "Paste what was cut or copied here"),
    ),
    parent="chat",
    types_text=True,
)

CHIPS: Final = Place(
    "chips",
    "Pictures above the prompt",
    (
        Command("remove", "d delete backspace", "Remove the picture", footer="remove", rank=2),
        Command("retry", "r", "Try a picture again that was refused", footer="try again", rank=2),
        Command("put_back", "u ctrl+_ ctrl+/", "Undo the last removal", footer="undo", rank=2),
        Command(
            "look",
            "enter f3",
            "Show the picture in the preview",
            footer="look",
            rank=2,
            action="open",
        ),
        Command(
            "view",
            "z",
            "Look at it full screen",
            footer="full screen",
            rank=2,
            action="screen.view",
            moves_focus=True,
        ),
        Command(
            "seen",
            "m",
            "What the model will see, in the preview",
            footer="model's view",
            rank=4,
            action="screen.toggle_seen",
        ),
        Command(
            "small",
            "-",
            "A quarter of the tokens",
            footer="small",
            rank=3,
            action="choose_detail('small')",
        ),
        Command(
            "normal",
            "=",
            "Tokens as usual",
            footer="normal",
            rank=3,
            action="choose_detail('normal')",
        ),
        Command(
            "full",
            "+",
            "As many tokens as it has pixels for",
            footer="full",
            rank=3,
            action="choose_detail('full')",
        ),
        Command(
            "earlier",
            "shift+left <",
            "Move the picture forward",
            footer="earlier",
            rank=3,
            action="move(-1)",
        ),
        Command(
            "later",
            "shift+right >",
            "Move the picture back",
            footer="later",
            rank=3,
            action="move(1)",
        ),
        Command("left", "left h", "Previous picture", action="walk(-1)"),
        Command("right", "right l", "Next picture", action="walk(1)"),
        Command("up", "up k", "The row above", action="climb(-1)"),
        Command(
            "down",
            "down j",
            "The row below, then the prompt",
            action="climb(1)",
            moves_focus=True,
        ),
        Command("first", "home", "First picture", action="walk(-99)"),
        Command("last", "end", "Last picture", action="walk(99)"),
    ),
    parent="chat",
    letters="on the pictures",
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
    note=(
        "The keys that edit are the defaults of the prompt, here and in filters.\n"
        "In a question @2 puts the second picture there; the others come first."
    ),
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

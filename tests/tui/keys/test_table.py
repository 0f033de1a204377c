"""The table of commands: complete, without contradictions, and the only place that names a key."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.dom import DOMNode
from textual.events import Key
from textual.widgets import TextArea

from seeshell.core.settings import Settings
from seeshell.tui.app import SeeshellApp
from seeshell.tui.ask_export import ExportDialog
from seeshell.tui.chat.adapter_chooser import AdapterChooser
from seeshell.tui.chat.chat import Chat
from seeshell.tui.chat.chat_screen import ChatScreen
from seeshell.tui.chat.chips import Chips
from seeshell.tui.chat.model_chooser import ModelChooser
from seeshell.tui.chat.past_questions import PastQuestions
from seeshell.tui.chat.preset_chooser import PresetChooser
from seeshell.tui.chat.prompt import Prompt
from seeshell.tui.chat.search_row import SearchRow
from seeshell.tui.chat.template_menu import TemplateMenu
from seeshell.tui.dialogs import AskLine, Confirm
from seeshell.tui.help_screen import HelpScreen
from seeshell.tui.keys.keymap import DEFAULT_KEYS, default_keys
from seeshell.tui.keys.names import Reach, reach_of, types_text
from seeshell.tui.keys.table import COMMANDS, PLACE_OF, PLACES, place_of
from seeshell.tui.library.library_screen import LibraryScreen
from seeshell.tui.library.panel import LibraryPanel
from seeshell.tui.log import ChatLog
from seeshell.tui.picker.file_grid import FileGrid
from seeshell.tui.picker.file_list import FileList
from seeshell.tui.picker.folder_pane import FolderPane
from seeshell.tui.roll.new_roll import NewRoll
from seeshell.tui.roll.roll_list import RollList
from seeshell.tui.roll.roll_table import RollTable
from seeshell.tui.terminal.input_reader import InputReader
from seeshell.tui.tree.compare_screen import CompareScreen
from seeshell.tui.tree.compared_log import ComparedLog
from seeshell.tui.tree.tree_screen import TreeScreen
from seeshell.tui.tree.tree_view import TreeView
from seeshell.tui.viewer import Viewer
from seeshell.tui.viewer.crop_row import CropRow

TUI = Path(__file__).parents[3] / "tui"
NODES: list[type[DOMNode]] = [
    SeeshellApp,
    ChatScreen,
    Chat,
    ChatLog,
    Prompt,
    LibraryPanel,
    LibraryScreen,
    SearchRow,
    Chips,
    PastQuestions,
    AdapterChooser,
    ModelChooser,
    FileList,
    FileGrid,
    FolderPane,
    Confirm,
    AskLine,
    ExportDialog,
    HelpScreen,
    PresetChooser,
    TemplateMenu,
    RollTable,
    RollList,
    NewRoll,
    TreeView,
    ComparedLog,
    Viewer,
    CropRow,
]
SCREENS: dict[type[DOMNode], tuple[type[DOMNode], ...]] = {
    TreeView: (TreeScreen,),
    ComparedLog: (CompareScreen,),
}
"""Screens that carry out what keys of a widget on them do."""

LONG_NAMES = ("enter", "escape", "tab", "space", "backspace")
SAID = r"\b(?:[b-z]|enter|tab|space|backspace) (?:[a-z]+s (?:it|and|again)|again|twice)\b"
"""A key in a sentence that says what it does."""

CHORD = r"(?i)\b(?:ctrl|alt|shift|super)\+\S|\bf(?:[1-9]|1[0-2])\b|\besc\b"


def bindings(node: type[DOMNode]) -> list[Binding]:
    return [it for it in node.BINDINGS if isinstance(it, Binding)]


def test_every_command_is_bound_by_one_class() -> None:
    ids = [binding.id for node in NODES for binding in bindings(node)]
    assert len(ids) == len(set(ids))
    assert set(ids) == {name for name, command in COMMANDS.items() if not command.is_fixed}


@pytest.mark.parametrize("node", NODES)
def test_every_command_has_an_action_at_its_place(node: type[DOMNode]) -> None:
    for binding in bindings(node):
        name = binding.action.partition("(")[0].rpartition(".")[2]
        places = (
            (node, SeeshellApp, ChatScreen, *SCREENS.get(node, ()))
            if "." in binding.action
            else (node,)
        )
        if node not in (FileList, FileGrid, FolderPane, RollTable):
            assert any(hasattr(place, f"action_{name}") for place in places), binding


def test_the_prompt_knows_every_key_of_a_text_area() -> None:
    theirs = {key for it in TextArea.BINDINGS if isinstance(it, Binding) for key in keys_of(it)}
    ours = {key for it in bindings(Prompt) for key in keys_of(it)}
    # Suspends, everywhere.
    assert theirs - ours == {"ctrl+z"}


def keys_of(binding: Binding) -> Iterator[str]:
    return (key.strip() for key in binding.key.split(","))


@pytest.mark.parametrize("command", [it for it in COMMANDS if it != "app.quit"])
def test_every_default_key_can_be_sent_and_types_nothing_where_text_is_typed(command: str) -> None:
    keys = default_keys(command)
    assert keys
    assert Reach.NONE not in map(reach_of, keys)
    if place_of(command).types_text:
        assert not any(types_text(key) for key in keys if key != "space")


def test_chords_with_letters_are_read_from_what_most_terminals_send() -> None:
    chords = {it for command in COMMANDS for it in default_keys(command) if len(it) == len("alt+a")}
    letters = {it[-1] for it in chords if it.startswith("alt+")}
    assert {"c", "e", "m", "t"} <= letters
    for letter in letters:
        (key,) = InputReader().feed(f"\x1b{letter}".encode(), 0.0)
        assert isinstance(key, Key)
        assert key.key == f"alt+{letter}"


def test_every_command_says_what_it_does_in_words_of_its_own() -> None:
    for place in PLACES:
        told = [DEFAULT_KEYS.fill(command.help) for command in place.commands]
        assert len(set(told)) == len(told)
        assert all(text[0].isupper() and not text.endswith(".") for text in told)
        words = [it.footer for it in place.commands if it.rank]
        assert all(words)


def test_every_place_leads_to_the_app() -> None:
    for place in PLACES:
        while place.parent:
            place = PLACE_OF[place.parent]
        assert place.id == "app"


def texts(path: Path) -> Iterator[str]:
    """Yields the texts of a module that are no docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    docs = {id(it.value) for it in ast.walk(tree) if isinstance(it, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


def test_no_other_module_names_a_key() -> None:
    # Before Textual runs there are no bindings, and the command line has none.
    exempt = ("keys", "cli", "terminal")
    modules = [it for it in TUI.rglob("*.py") if it.relative_to(TUI).parts[0] not in exempt]
    modules.append(TUI / "terminal" / "type_ahead.py")
    assert len(modules) > 50
    named = {
        (str(path.relative_to(TUI)), text)
        for path in modules
        for text in texts(path)
        if re.search(f"{CHORD}|{SAID}", text) or text in LONG_NAMES
    }
    # The name of a rule of markdown-it.
    assert named <= {("markdown/maths.py", "escape")}


def test_sentences_name_only_commands_that_exist() -> None:
    named = {
        name
        for path in TUI.rglob("*.py")
        for text in texts(path)
        for name in re.findall(r"\{([a-z]+\.[a-z_]+)\}", text)
    }
    assert named
    assert named <= set(COMMANDS)


def test_a_key_is_chosen_by_nobody_at_first() -> None:
    assert Settings().keys == {}

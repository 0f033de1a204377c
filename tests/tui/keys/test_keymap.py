"""The keys that a user has chosen: in bindings and sentences, or refused with the way out."""

import pytest
from textual.binding import Binding, BindingsMap

from seeshell.tui.keys.bindings import bindings_of, in_force
from seeshell.tui.keys.keymap import DEFAULT_KEYS, Keymap
from seeshell.tui.keys.problems import find_problem


def test_a_sentence_names_the_key_in_force() -> None:
    sentence = "Deleted; {list.restore} in the list undoes it, {of.nothing} stays."
    assert DEFAULT_KEYS.fill(sentence) == "Deleted; u in the list undoes it, {of.nothing} stays."
    chosen = Keymap({"list.restore": ("f10",)})
    assert chosen.fill(sentence).startswith("Deleted; f10 in the list")


def test_without_a_key_a_sentence_names_the_way_through_the_palette() -> None:
    chosen = Keymap({"screen.start_core": (), "app.commands": ("f10",)})
    assert chosen.fill("{screen.start_core} starts one") == (
        "“Start the core again” of f10 starts one"
    )


def test_above_the_prompt_a_key_is_named_that_works_there() -> None:
    assert DEFAULT_KEYS.show("chat.regenerate") == "ctrl+r"
    assert DEFAULT_KEYS.show_all("chat.regenerate") == "r, ctrl+r"


def bound(place: str, keymap: Keymap) -> dict[str, list[str | None]]:
    found = in_force(BindingsMap(bindings_of(place)), keymap).key_to_bindings
    return {key: [binding.id for binding in bindings] for key, bindings in found.items()}


def test_another_key_takes_the_place_of_all_its_keys_and_of_no_other_commands() -> None:
    keys = bound("log", Keymap({"log.open": ("f10 ctrl+y",)}))
    assert keys["enter"] == ["log.copy_lines", "log.crop_mark", "log.copy_table", "log.copy_code"]
    assert keys["f10"] == keys["ctrl+y"] == ["log.open"]


def test_two_commands_can_change_keys() -> None:
    keys = bound("chat", Keymap({"chat.edit": ("f",), "chat.fork": ("e",)}))
    assert keys["e"] == ["chat.fork"]
    assert keys["f"] == ["chat.edit"]


def test_a_command_without_a_key_is_nowhere() -> None:
    assert "e" not in bound("chat", Keymap({"chat.edit": ()}))


def test_what_a_library_binds_to_a_chosen_key_gives_way() -> None:
    library = Binding("ctrl+y", "redo")
    keys = in_force(
        BindingsMap([library, *bindings_of("chat")]), Keymap({"chat.edit": ("ctrl+y",)})
    )
    assert [it.id for it in keys.key_to_bindings["ctrl+y"]] == ["chat.edit"]


@pytest.mark.parametrize(
    "chosen",
    [
        {"chat.regenerate": ("f10", "f13")},
        {"chat.edit": ("y",)},
        {"chat.edit": ("f",), "chat.fork": ("e",)},
        {"screen.keys": ("f1 ? f13",)},
        {"screen.back": ("esc", "ctrl+x ctrl+b")[:1]},
        {"prompt.send": ("ctrl+b",), "prompt.new_line": ("enter",)},
        {"prompt.send": ("alt+enter",), "prompt.new_line": ("enter", "ctrl+j")},
        {"log.copy_lines": ("enter",)},
        {"app.quit": ("f10",)},
        {"chat.fork": ()},
        {"log.end": ("G",), "chips.look": ("y",)},
        {"screen.attach": ("ctrl+enter", "f10")},
    ],
)
def test_what_people_choose_is_accepted(chosen: dict[str, tuple[str, ...]]) -> None:
    assert find_problem(chosen) == ""


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"chat.regenrate": ("f13",)}, "chat.regenerate is meant perhaps"),
        ({"nonsense": ("f13",)}, "[keys] has no command nonsense"),
        ({"palette.move": ("f13",)}, "the keys of palette.move can't be changed"),
        ({"prompt.send": ("s",)}, "the key s, which types text there"),
        ({"picker.mark": ("m",)}, "types text there"),
        ({"app.quit": ("q",)}, "types text there"),
        ({"screen.attach": ("o",)}, "which types text in the prompt"),
        ({"chat.edit": ("ctrl-e",)}, "the key ctrl-e, which no terminal sends"),
        ({"chat.edit": ("hyper+e",)}, "which no terminal sends"),
        ({"chat.edit": ("\x1b[31m",)}, r"'\x1b[31m', which no terminal sends"),
        ({"chat.edit": ("ctrl+i",)}, "which most terminals send as tab"),
        ({"chat.edit": ("ctrl+shift+e",)}, "which most terminals send as ctrl+e"),
        ({"chat.edit": ("esc",)}, "which always leads a step back"),
        ({"screen.back": ("f13",)}, "screen.back can't lose esc"),
        ({"screen.back": ()}, "can't lose esc"),
        ({"confirm.no": ("n",)}, "can't lose esc"),
        ({"app.quit": ()}, "app.quit can't be without a key"),
        ({"app.commands": ()}, "app.commands can't be without a key"),
        ({"chat.edit": ("f",)}, "which is that of chat.fork (Continue from here"),
        ({"chat.edit": ("f13",), "chat.fork": ("f13",)}, "which is that of chat.fork"),
        ({"chat.regenerate": ("ctrl+y",)}, "which is that of prompt.redo"),
        ({"log.copy": ("ctrl+o",)}, "which is that of screen.attach"),
        ({"screen.attach": ("k", "ctrl+y")}, "which is that of "),
        ({"app.quit": ("enter",)}, "which is that of "),
    ],
)
def test_what_can_t_be_used_is_named_with_the_way_to_mend_it(
    chosen: dict[str, tuple[str, ...]], words: str
) -> None:
    problem = find_problem(chosen)
    assert words in problem
    assert problem.endswith(".")
    assert "\n" not in problem
    assert problem.isprintable()
    assert any(way in problem for way in ("choose", "correct", "delete", "add it", "give it"))


def test_every_default_written_down_is_accepted() -> None:
    from seeshell.tui.keys.table import COMMANDS

    written = {it: (told.keys,) for it, told in COMMANDS.items() if not told.is_fixed}
    assert find_problem(written) == ""

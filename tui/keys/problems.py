"""What is wrong with the keys that a user has chosen, in one sentence that says how to mend it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from .command import Place
from .keymap import Keymap, default_keys
from .names import Reach, reach_of, sent_instead, shown_name, split_keys, textual_name, types_text
from .table import COMMANDS, PLACE_OF, PLACES, place_of

_MEND: Final = "choose another key or delete the line."
_LONGEST_SHOWN: Final = 40


def find_problem(chosen: Mapping[str, Sequence[str]]) -> str:
    """Returns what is wrong with the first line of `[keys]` that can't be used; else nothing."""
    for command, keys in chosen.items():
        problem = _check_command(command) or _check_kept(command, keys)
        for text in keys:
            for key in split_keys(text):
                problem = problem or _check_key(command, key)
        if problem := problem or _check_reach(command, keys):
            return problem
    return next(_conflicts(Keymap(chosen)), "")


def _check_command(command: str) -> str:
    if command not in COMMANDS:
        return (
            f"[keys] has no command {_show(command)}{_near(command)}: correct it or delete the "
            "line."
        )
    if COMMANDS[command].is_fixed:
        return f"the keys of {command} can't be changed: delete the line in [keys]."
    return ""


def _check_kept(command: str, keys: Sequence[str]) -> str:
    kept, names = COMMANDS[command].must_keep, Keymap({command: keys}).of(command)
    if kept and textual_name(kept) not in names:
        return (
            f"{command} can't lose {kept}, which always leads out: add it, as in "
            f'{command} = ["{kept}", ...].'
        )
    if COMMANDS[command].needs_key and not names:
        return f"{command} can't be without a key: give it one or delete the line in [keys]."
    return ""


def _check_key(command: str, key: str) -> str:
    name, told = textual_name(key), COMMANDS[command]
    reach = reach_of(name)
    line = f"[keys] gives {command} the key {_show(key)}"
    if reach is Reach.NONE:
        return f"{line}, which no terminal sends: {_MEND}"
    if name == "escape" and told.must_keep != "esc":
        return f"{line}, which always leads a step back: {_MEND}"
    types_there = place_of(command).types_text or told.is_urgent
    if types_text(name) and types_there and name not in default_keys(command):
        return f"{line}, which types text there: choose one with ctrl or alt, or such as f6."
    return ""


def _check_reach(command: str, keys: Sequence[str]) -> str:
    """Looks whether one of the keys works in every terminal, and in the prompt where it gets there.

    What belongs to the log or to the pictures has letters for itself.
    """
    names = Keymap({command: keys}).of(command)
    if set(names) <= set(default_keys(command)):
        return ""
    if all(reach_of(name) is Reach.SOME for name in names):
        key = names[0]
        return (
            f"[keys] gives {command} the key {shown_name(key)}, which most terminals send as "
            f"{sent_instead(key)}: choose another key, or add one."
        )
    gets_there = place_of(command) in _line_of(PLACE_OF["prompt"])
    is_lost = all(map(types_text, names)) and not all(map(types_text, default_keys(command)))
    if gets_there and is_lost:
        return (
            f"[keys] gives {command} the key {shown_name(names[0])}, which types text in the "
            "prompt: choose or add one with ctrl or alt, or such as f6."
        )
    return ""


def _conflicts(keymap: Keymap) -> Iterator[str]:
    """Yields a sentence for each key that the user has given to two commands of one moment."""
    for command in keymap.changed:
        for key in keymap.of(command):
            for other in _commands_beside(command):
                if key in keymap.of(other) and not _shares_by_default(command, other):
                    yield (
                        f"[keys] gives {command} the key {shown_name(key)}, which is that of "
                        f"{other} ({keymap.fill(COMMANDS[other].help)}): choose another key for "
                        "one of them."
                    )


def _commands_beside(command: str) -> Iterator[str]:
    """Yields the other commands of the place, of those around it and of those within it."""
    place = place_of(command)
    for other in PLACES:
        if place in _line_of(other) or other in _line_of(place):
            yield from (it for it in map(other.id_of, other.commands) if it != command)


def _line_of(place: Place) -> list[Place]:
    """Returns the place and those around it."""
    return [place, *(_line_of(PLACE_OF[place.parent]) if place.parent else [])]


def _shares_by_default(command: str, other: str) -> bool:
    """Whether two commands have a key in common anyway, since only one is possible at a time."""
    return not set(default_keys(command)).isdisjoint(default_keys(other))


def _show(text: str) -> str:
    shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
    return shown if shown.isascii() and shown.isprintable() and shown else ascii(shown)


def _near(command: str) -> str:
    # Late: most files are right.
    from difflib import get_close_matches

    known = [it for it, told in COMMANDS.items() if not told.is_fixed]
    found = get_close_matches(command.lower().replace("-", "_"), known, n=1, cutoff=0.5)
    return f"; {found[0]} is meant perhaps" if found else " (F1 lists them on a wide terminal)"

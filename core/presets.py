"""Presets and templates: what `presets.toml` says of how to ask and how to answer.

The file is the user's and is written only where there is none, as `EXAMPLE`:

    [presets.terse]
    about = "one sentence"
    system = "Answer in one sentence."
    temperature = 0.2

    [models."lmstudio-community/Qwen3-VL-4B-Instruct-MLX-4bit"]
    preset = "terse"

    [templates]
    receipt = "List what was bought, with prices."
    compare = ""                               # no template of that name

    [templates.meter]
    key = "w"
    text = "What does this meter read? {}"     # the cursor goes where the braces are
"""

from collections.abc import Mapping
from os.path import expanduser
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from .errors import SettingsError
from .generation_options import NO_OPTIONS, GenerationOptions
from .preset_rules import find_problem
from .toml_file import read_toml

CURSOR: Final = "{}"
"""Stands in a template's text where the user goes on typing."""


class Preset(Struct, frozen=True):
    """A way to answer that has a name."""

    name: str
    about: str = ""
    """The user's own words for it, one line; may be empty."""
    options: GenerationOptions = NO_OPTIONS


class Template(Struct, frozen=True):
    """A question that is asked often."""

    name: str
    text: str
    key: str
    """The letter or digit that picks it; empty for none."""

    @property
    def around_cursor(self) -> tuple[str, str]:
        """Its text before and after the place where the user goes on typing."""
        before, _, after = self.text.partition(CURSOR)
        return before, after


BUILT_IN_TEMPLATES: Final = (
    Template(
        "describe",
        "Describe this picture: what it shows, where, and what stands out.",
        "d",
    ),
    Template(
        "markdown",
        "Read the text in this picture and write it as Markdown. Keep headings, lists and tables, "
        "and add nothing of your own.",
        "m",
    ),
    Template(
        "alt text",
        "Write alt text for this picture: one plain sentence of at most 125 characters, for "
        "somebody who cannot see it.",
        "a",
    ),
    Template(
        "compare",
        "Compare these pictures: what is the same in them, and what differs?",
        "c",
    ),
    Template("find", f"Where is {CURSOR}? Give its box.", "f"),
)


class Presets(Struct, frozen=True):
    """What the file holds, and the built-in templates that it does not replace."""

    presets: tuple[Preset, ...] = ()
    """In the file's order."""
    defaults: Mapping[str, str] = {}
    """Name of the preset by what names its model."""
    templates: tuple[Template, ...] = BUILT_IN_TEMPLATES

    def find(self, name: str) -> Preset | None:
        """Returns the preset of that name; None if there is none."""
        return next((preset for preset in self.presets if preset.name == name), None)

    def default_of(self, source: str) -> Preset | None:
        """Returns the default preset of a model; None if it has none.

        Args:
            source: what names the model; of an endpoint its name alone counts for all its models.
        """
        for name in (source.rstrip("/"), source.partition("#")[0]):
            if name in self.defaults:
                return self.find(self.defaults[name])
        return None


EXAMPLE: Final = """\
# Presets of seeshell: how answers are given. A change counts from the next question on.

[presets.exact]
about = "the likeliest words, always the same"
temperature = 0

[presets.terse]
about = "one sentence"
system = "Answer in one short sentence."
# All that a preset may hold, each of which may be left out:
# temperature = 0.7          # 0 to 2
# top_p = 0.9                # 0 to 1
# top_k = 40
# min_p = 0.05               # 0 to 1
# repetition_penalty = 1.1   # 1 for none
# presence_penalty = 0.5     # 0 for none
# seed = 1
# max_tokens = 500
# pixel_budget = 640         # most image tokens of each picture that is sent with it
# thinking = true            # where the model lets one choose
# thinking_budget = 2000

# The preset of conversations that have none of their own, by model:
# [models."lmstudio-community/Qwen3-VL-4B-Instruct-MLX-4bit"]
# preset = "terse"

# Questions that are asked often; {} is where the cursor goes.
# [templates]
# receipt = "List what was bought, with prices."
# compare = ""               # takes a built-in one away
# [templates.meter]
# key = "w"
# text = "What does the meter read {}?"
"""
"""What the app writes where there is no file, for the user to change."""


def read_presets(path: Path) -> Presets:
    """Returns what the file holds; the built-in templates alone where there is none.

    Of several things that are wrong the first is named.

    Raises:
        SettingsError: the file can't be read, or holds an unknown name or a wrong value.
    """
    values: dict[str, Any] = read_toml(path)
    if problem := find_problem(values):
        raise SettingsError(f"{path}: {problem}")
    return Presets(
        tuple(_read_preset(name, table) for name, table in values.get("presets", {}).items()),
        {_source(name): table["preset"] for name, table in values.get("models", {}).items()},
        _read_templates(values.get("templates", {})),
    )


def _read_preset(name: str, table: Mapping[str, Any]) -> Preset:
    options = {option: value for option, value in table.items() if option != "about"}
    return Preset(name, table.get("about", ""), GenerationOptions(**options))


def _source(name: str) -> str:
    """Returns what names a model as the core does: a folder's path is whole."""
    return (expanduser(name) if name.startswith("~") else name).rstrip("/")  # noqa: PTH111


def _read_templates(table: Mapping[str, Any]) -> tuple[Template, ...]:
    """Returns the templates with their keys: the user's choice, the usual one, or a free letter."""
    texts = {template.name: template.text for template in BUILT_IN_TEMPLATES}
    keys: dict[str, str] = {}
    for name, value in table.items():
        texts[name] = value if isinstance(value, str) else value.get("text", texts.get(name, ""))
        if not isinstance(value, str) and "key" in value:
            keys[name] = value["key"]
    named = {name: text for name, text in texts.items() if text}
    for usual in BUILT_IN_TEMPLATES:
        if usual.name in named and usual.key not in keys.values():
            keys.setdefault(usual.name, usual.key)
    for name in named:
        if name not in keys:
            keys[name] = _free_key(name, set(keys.values()))
    return tuple(Template(name, text, keys[name]) for name, text in named.items())


def _free_key(name: str, taken: set[str]) -> str:
    """Returns a letter of the name, or any other letter or digit, that is no key yet."""
    wanted = (*(char for char in name.lower() if char.isalnum()), *"abcdefghijklmnopqrstuvwxyz")
    return next((char for char in (*wanted, *"1234567890") if char not in taken), "")

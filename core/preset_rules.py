"""What `presets.toml` may hold, and in plain words what is wrong with what it may not."""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from .option_rules import OPTION_RULES, is_writable
from .setting_rules import Rule, check_value, nearest, show_name

_LONGEST_NAME: Final = 40
_LONGEST_TEMPLATE: Final = 20_000

_TABLES: Final = ("presets", "models", "templates")

_OTHER_NAMES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("system_prompt", "instructions", "prompt"), "system"),
    **dict.fromkeys(("max_new_tokens", "max_completion_tokens", "num_predict"), "max_tokens"),
    **dict.fromkeys(("repeat_penalty", "rep_pen"), "repetition_penalty"),
    **dict.fromkeys(("enable_thinking", "think", "reasoning"), "thinking"),
    **dict.fromkeys(("description", "words", "title"), "about"),
}
"""What other programs call the options of a preset."""


def _is_line(value: object, longest: int = 200) -> bool:
    return (
        isinstance(value, str)
        and len(value) <= longest
        and not any(unicodedata.category(char) in ("Cc", "Cs") for char in value)
    )


def _is_name(value: object) -> bool:
    return _is_line(value, _LONGEST_NAME) and bool(value) and str(value).strip() == value


def _is_template(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_TEMPLATE and is_writable(value)


def _is_key(value: object) -> bool:
    return isinstance(value, str) and len(value) == 1 and value.isalnum() and value == value.lower()


_ABOUT: Final = Rule(_is_line, "one line of text in quotation marks")
_TEXT: Final = Rule(_is_template, "text in quotation marks, of at most 20,000 characters")
_KEY: Final = Rule(_is_key, 'a single small letter or digit, such as "r"')

_PRESET: Final = {"about": _ABOUT, **OPTION_RULES}
_TEMPLATE: Final = {"key": _KEY, "text": _TEXT}


def find_problem(values: Mapping[str, object]) -> str:
    """Returns what is wrong with the first thing that can't be used, as the end of a sentence.

    Empty if all can be used.
    """
    checks: Mapping[str, Callable[[str, object], str]] = {
        "presets": _check_preset,
        "models": lambda name, table: _check_model(name, table, values.get("presets", {})),
        "templates": _check_template,
    }
    for name, tables in values.items():
        if name not in checks:
            return _explain_unknown(name)
        if not isinstance(tables, dict):
            return f"{name} is no table: write [{name}.NAME], and its lines under it."
        for inner, table in tables.items():
            if problem := checks[name](inner, table):
                return problem
    return _find_double_key(values.get("templates", {}))


def _check_preset(name: str, table: object) -> str:
    return _check_name("presets", name) or _check_table(
        f"[presets.{show_name(name)}]", table, _PRESET, _OTHER_NAMES
    )


def _check_model(name: str, table: object, presets: object) -> str:
    header = f"[models.{show_name(name)}]"
    if problem := _check_table(header, table, {"preset": _ABOUT}, {}):
        return problem
    chosen = table.get("preset") if isinstance(table, dict) else None
    if chosen is None:
        return f'{header} lacks its preset: write preset = "NAME" under it.'
    if not isinstance(presets, dict) or chosen not in presets:
        return f"{header} names the preset {show_name(chosen)}, which there is not: write it."
    return ""


def _check_template(name: str, value: object) -> str:
    if problem := _check_name("templates", name):
        return problem
    if not isinstance(value, dict):
        return check_value(f"the template {show_name(name)}", _TEXT, value)
    return _check_table(f"[templates.{show_name(name)}]", value, _TEMPLATE, {})


def _check_table(
    header: str, table: object, rules: Mapping[str, Rule], other_names: Mapping[str, str]
) -> str:
    if not isinstance(table, dict):
        return f"{header[1:-1]} is no table: write {header}, and its lines under it."
    for key, value in table.items():
        if key not in rules:
            meant = nearest(other_names.get(key.lower(), key), [*rules])
            return f"{header} has no line {show_name(key)}{meant}: correct it or delete the line."
        if problem := check_value(f"{key} in {header}", rules[key], value):
            return problem
    return ""


def _check_name(table: str, name: str) -> str:
    if _is_name(name):
        return ""
    return (
        f"the name of [{table}.{show_name(name)}] is empty, too long, or holds characters that no "
        "name has: choose another one."
    )


def _find_double_key(templates: object) -> str:
    """Returns which two templates have the same key; empty if none have."""
    owners: dict[str, str] = {}
    for name, value in templates.items() if isinstance(templates, dict) else ():
        key = value.get("key") if isinstance(value, dict) else None
        if key is not None and owners.setdefault(key, name) != name:
            return (
                f"the templates {show_name(owners[key])} and {show_name(name)} have the same key "
                f'"{key}": choose another one.'
            )
    return ""


def _explain_unknown(name: str) -> str:
    shown = show_name(name)
    if name in _PRESET:
        return f"{shown} belongs to one preset: write [presets.NAME] above it."
    return (
        f"there is no table [{shown}]{nearest(name, [*_TABLES])}: write [presets.NAME], "
        '[models."MODEL"] or [templates].'
    )

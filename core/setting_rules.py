"""What each setting may be, and in plain words what is wrong with one that is not."""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from .key_settings import check_keys
from .server_address import BadAddress, looks_like_address, split_address

_LONGEST_TEXT: Final = 4096
_LONGEST_SHOWN: Final = 40
_MOST_BYTES: Final = 10**15

# Compiled when first needed.
_BARE_NAME: Final = r"[\w-]+"
_VARIABLE: Final = r"[A-Za-z_][A-Za-z0-9_]*"


class Rule(NamedTuple):
    """What one setting may be."""

    accepts: Callable[[object], bool]
    words: str
    """What it must be, in words."""
    is_shown: bool = True
    """Whether a wrong value may be repeated; one that may be a secret is not."""


def show_name(name: str) -> str:
    """Returns a name as it is written in TOML, safe to print and not too long."""
    if len(name) > _LONGEST_SHOWN:
        name = f"{name[:_LONGEST_SHOWN]}..."
    return name if re.fullmatch(_BARE_NAME, name) else ascii(name)


def _show(value: object) -> str:
    """Returns a value as it is written in TOML, or in words where that would be long."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value) if abs(value) < _MOST_BYTES else "too large a number"
        case float():
            return str(value) if math.isfinite(value) else _show_special(value)
        case str() if len(value) <= _LONGEST_SHOWN and value.isprintable():
            return f'"{value}"'
        case str():
            return f"a text of {len(value):,} characters"
        case list():
            return "a list"
        case dict():
            return "a table"
    return "a date or a time"


def _show_special(value: float) -> str:
    return "not a number" if math.isnan(value) else "infinite"


def whole(low: int, high: int, of: str = "") -> Rule:
    """Returns the rule for a whole number within bounds, both included."""

    def accepts(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high

    return Rule(accepts, f"a whole number{of} from {low:,} to {high:,}")


def number(low: int, high: int, of: str = "") -> Rule:
    """Returns the rule for a number within bounds, both included."""

    def accepts(value: object) -> bool:
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        return low <= value <= high

    return Rule(accepts, f"a number{of} from {low:,} to {high:,}")


def _choice(*choices: str | int) -> Rule:
    *most, last = [_show(choice) for choice in choices]
    return Rule(
        lambda value: type(value) is type(choices[0]) and value in choices,
        f"{', '.join(most)} or {last}",
    )


def _is_text(value: object) -> bool:
    return (
        isinstance(value, str)
        and len(value) <= _LONGEST_TEXT
        and not any(unicodedata.category(char) in ("Cc", "Cs") for char in value)
    )


def _is_address(value: object) -> bool:
    if not isinstance(value, str) or not looks_like_address(value):
        return False
    try:
        split_address(value)
    except BadAddress:
        return False
    return True


def _is_variable(value: object) -> bool:
    return isinstance(value, str) and (not value or re.fullmatch(_VARIABLE, value) is not None)


_TEXT: Final = Rule(_is_text, "text in quotation marks, without control characters")
_TEXTS: Final = Rule(
    lambda value: isinstance(value, list) and all(map(_is_text, value)),
    'a list such as ["~/models"]',
)
FLAG: Final = Rule(lambda value: type(value) is bool, "true or false")
_URL: Final = Rule(
    _is_address, 'an address such as "http://host:port/v1", without a password', is_shown=False
)
_KEY_VARIABLE: Final = Rule(
    _is_variable,
    'the name of an environment variable such as "SERVER_KEY", and not the key itself',
    is_shown=False,
)

RULES: Final[Mapping[str, Rule]] = {
    "model": _TEXT,
    "adapter": _TEXT,
    "model_folders": _TEXTS,
    "pixel_budget": whole(1, 65_536),
    "max_pixels": whole(1, 10**12),
    "max_tokens": whole(1, 2**31 - 1),
    "temperature": number(0, 2),
    "keep_alive": number(0, 10**9, " of seconds"),
    "kv_bits": _choice(0, 4, 8),
    "kv_bytes": whole(0, _MOST_BYTES, " of bytes"),
    "spill_bytes": whole(0, _MOST_BYTES, " of bytes"),
    "theme": _TEXT,
    "images": _choice("auto", "tgp", "kitty", "sixel", "iterm2", "halfblock", "none"),
    "line": _choice("auto", "slow", "fast"),
    "cursor_blink": FLAG,
    "notify": _choice("bell", "osc9", "osc777", "none"),
    "mouse": FLAG,
}

_ENDPOINT_RULES: Final[Mapping[str, Rule]] = {
    "url": _URL,
    "model": _TEXT,
    "key_variable": _KEY_VARIABLE,
    "context": whole(0, 2**31 - 1, " of tokens"),
    "key_over_http": FLAG,
}

_OTHER_NAMES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("key", "api_key", "apikey", "token", "key_env", "env_key"), "key_variable"),
    **dict.fromkeys(("address", "api_base", "host", "endpoint", "server"), "url"),
    **dict.fromkeys(("name", "model_name"), "model"),
    **dict.fromkeys(("max_model_len", "n_ctx", "num_ctx"), "context"),
}
"""What other programs call the settings of an endpoint."""

_TABLES: Final = "endpoints"
_KEYS: Final = "keys"

_CORRECT: Final = "correct it or delete the line."


def rule_of(name: str, value: object) -> Rule:
    """Returns what a setting may be, one of `RULES`; a model's address must be a right one."""
    is_address = name == "model" and isinstance(value, str) and looks_like_address(value)
    return _URL if is_address else RULES[name]


def find_problem(values: Mapping[str, object]) -> str:
    """Returns what is wrong with the first setting that can't be used, as the end of a sentence.

    Empty if all can be used.
    """
    for name, value in values.items():
        if name == _TABLES:
            problem = _check_tables(value)
        elif name == _KEYS:
            problem = check_keys(value)
        elif name in RULES:
            problem = check_value(name, rule_of(name, value), value)
        else:
            problem = _explain_unknown(name, value)
        if problem:
            return problem
    return ""


def check_value(name: str, rule: Rule, value: object, what_to_do: str = _CORRECT) -> str:
    """Returns what is wrong with a value, as the end of a sentence; empty if nothing is.

    Args:
        name: of the setting, the variable or the option.
        rule: what it may be.
        value: what it is.
        what_to_do: how the sentence ends.
    """
    if rule.accepts(value):
        return ""
    if not rule.is_shown:
        return f"{name} must be {rule.words}: {what_to_do}"
    return f"{name} is {_show(value)}, but must be {rule.words}: {what_to_do}"


def _check_tables(tables: object) -> str:
    if not isinstance(tables, dict):
        return 'endpoints is no table: write [endpoints.NAME], and under it url = "...".'
    for name, table in tables.items():
        problem = _check_name(name) or _check_table(name, table)
        if problem:
            return problem
    return ""


def _check_name(name: str) -> str:
    why = ""
    if not _is_text(name) or not name or name != name.strip():
        why = "is empty, or holds characters that no name has"
    elif name == "demo":
        why = "is the built-in model's"
    elif "/" in name or "#" in name or name.startswith((".", "~", "-")):
        why = "would be read as something else, because of its / or # or its first character"
    elif looks_like_address(name):
        why = "looks like an address"
    return f"the name of [endpoints.{show_name(name)}] {why}: choose another one." if why else ""


def _check_table(name: str, table: object) -> str:
    header = f"[endpoints.{show_name(name)}]"
    if not isinstance(table, dict):
        return f'endpoints.{show_name(name)} is no table: write {header}, and under it url = "...".'
    for key, value in table.items():
        if key not in _ENDPOINT_RULES:
            return _explain_unknown_key(header, key)
        if problem := check_value(f"{key} in {header}", _ENDPOINT_RULES[key], value):
            return problem
    if "url" not in table:
        return f'{header} lacks its server: write url = "http://host:port/v1" under it.'
    return ""


def _explain_unknown(name: str, value: object) -> str:
    shown = show_name(name)
    if name == "endpoint_key_variable":
        return (
            "endpoint_key_variable is no setting any more, because a key belongs to one server: "
            "write [endpoints.NAME] at the end of the file, and under it url and key_variable."
        )
    if isinstance(value, dict):
        inner = [key for key, it in value.items() if isinstance(it, dict)]
        near = name if "url" in value else next(iter(inner), "NAME")
        return f"there is no table [{shown}]: write [endpoints.{show_name(near)}], or delete it."
    if name in _ENDPOINT_RULES:
        return f"{shown} belongs to one server: write [endpoints.NAME] above it, and both last."
    return f"there is no setting {shown}{nearest(name, [*RULES, _TABLES, _KEYS])}: {_CORRECT}"


def _explain_unknown_key(header: str, key: str) -> str:
    if key in RULES:
        return f"{key} is no setting of {header}: write it above all lines in square brackets."
    near = nearest(_OTHER_NAMES.get(key.lower(), key), [*_ENDPOINT_RULES])
    return f"{header} has no setting {show_name(key)}{near}: {_CORRECT}"


def nearest(name: str, known: list[str]) -> str:
    """Returns which known name is meant perhaps, as the end of a phrase; empty if none is near."""
    # Late: most files are right.
    from difflib import get_close_matches

    found = get_close_matches(name.lower().replace("-", "_"), known, n=1, cutoff=0.5)
    return f"; {found[0]} is meant perhaps" if found else ""

"""What each generation option may be, in a preset, a request or on the command line."""

from collections.abc import Mapping
from typing import Final

from msgspec.structs import asdict

from .generation_options import GenerationOptions
from .setting_rules import FLAG, Rule, check_value, number, whole

_LONGEST_SYSTEM: Final = 100_000
_LONGEST_SCHEMA: Final = 1 << 20


def _is_long_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_SYSTEM and is_writable(value)


def _is_factor(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 10


def is_writable(text: str) -> bool:
    """Whether a text can be stored and sent: it holds no half of a character, and no NUL."""
    return not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text)


OPTION_RULES: Final[Mapping[str, Rule]] = {
    "system": Rule(_is_long_text, "text in quotation marks, of at most 100,000 characters"),
    "temperature": number(0, 2),
    "top_p": number(0, 1),
    "top_k": whole(0, 1_000_000),
    "min_p": number(0, 1),
    "repetition_penalty": Rule(_is_factor, "a number above 0 and up to 10"),
    "presence_penalty": number(-2, 2),
    "seed": whole(0, 2**32 - 1),
    "max_tokens": whole(1, 2**31 - 1, " of tokens"),
    "pixel_budget": whole(1, 65_536, " of image tokens"),
    "thinking": FLAG,
    "thinking_budget": whole(1, 2**31 - 1, " of tokens"),
}
"""Those that a preset may hold."""

_SCHEMA: Final = Rule(
    lambda value: isinstance(value, str) and len(value) <= _LONGEST_SCHEMA,
    "a JSON schema of at most 1 MB",
)


def find_option_problem(options: GenerationOptions) -> str:
    """Returns what is wrong with the first option that can't be used, as a sentence.

    Empty if all can be used.
    """
    rules = {**OPTION_RULES, "schema": _SCHEMA}
    given = {name: value for name, value in asdict(options).items() if value is not None}
    problems = (check_value(name, rules[name], it, "correct it.") for name, it in given.items())
    return next(filter(None, problems), "")

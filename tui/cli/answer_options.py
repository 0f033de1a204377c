"""The options of `seeshell ask` that say how the answer is to be given."""

import json
from argparse import ArgumentParser, ArgumentTypeError, BooleanOptionalAction, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ...core.generation_options import GenerationOptions
from ...core.option_rules import OPTION_RULES

_OPTIONS: Final[tuple[tuple[str, type[str] | type[int] | type[float], str, str], ...]] = (
    ("system", str, "TEXT", "system prompt; '' for none"),
    ("temperature", float, "N", "0 takes the likeliest token always; up to 2"),
    ("top_p", float, "N", "draw from the likeliest tokens that have this probability together"),
    ("top_k", int, "N", "draw from this many likeliest tokens; 0 for all"),
    ("min_p", float, "N", "draw from tokens with this part of the likeliest one's probability"),
    ("repetition_penalty", float, "N", "above 1: less of what has occurred"),
    ("presence_penalty", float, "N", "above 0: less of what the answer has used"),
    ("seed", int, "N", "the same draws again"),
    ("max_tokens", int, "N", "most tokens of the answer"),
    ("pixel_budget", int, "N", "most image tokens of each picture of this question"),
    ("thinking_budget", int, "N", "most tokens of thoughts"),
)


def add_answer_options(parser: ArgumentParser) -> None:
    """Adds them to a command; what is not given is None."""
    group = parser.add_argument_group("how to answer this question, whatever the preset says")
    for name, kind, shown, what in _OPTIONS:
        flag = "--" + name.replace("_", "-")
        group.add_argument(flag, type=_checked(name, kind), metavar=shown, help=what)
    group.add_argument(
        "--thinking",
        action=BooleanOptionalAction,
        default=None,
        help="whether to think before the answer, where the model lets one choose",
    )
    group.add_argument(
        "--schema",
        type=_read_schema,
        metavar="FILE|JSON",
        help="a JSON schema that the answer must keep to",
    )


def read_answer_options(options: Namespace) -> GenerationOptions:
    """Returns what the command line says of the answer."""
    names = ("thinking", "schema", *(name for name, *_ in _OPTIONS))
    return GenerationOptions(**{name: getattr(options, name) for name in names})


def _read_schema(text: str) -> str:
    """Returns the JSON of a schema that is given as such or as the name of a file."""
    is_json = text.lstrip().startswith("{")
    try:
        schema = text if is_json else Path(text).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", "") or str(error)
        raise ArgumentTypeError(f"{text} can't be read as a schema: {reason}") from error
    try:
        is_object = isinstance(json.loads(schema), dict)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is no JSON: {error}") from error
    if not is_object:
        raise ArgumentTypeError(f"{text} is no JSON object, as a schema must be")
    return schema


def _checked(
    name: str, kind: type[str] | type[int] | type[float]
) -> Callable[[str], str | int | float]:
    """Returns what reads one option's value, or says what it must be."""
    rule = OPTION_RULES[name]

    def read(text: str) -> str | int | float:
        try:
            value = kind(text)
        except ValueError:
            value = text
        if not rule.accepts(value):
            raise ArgumentTypeError(f"{text} is not {rule.words}")
        return value

    return read

"""The options of `seeshell ask` that say how the answer is to be given."""

from argparse import ArgumentParser, ArgumentTypeError, BooleanOptionalAction, Namespace
from collections.abc import Callable
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


def read_answer_options(options: Namespace) -> GenerationOptions:
    """Returns what the command line says of the answer."""
    names = ("thinking", *(name for name, *_ in _OPTIONS))
    return GenerationOptions(**{name: getattr(options, name) for name in names})


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

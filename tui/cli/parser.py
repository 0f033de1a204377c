"""What the command line accepts, and its help."""

import re
from argparse import (
    SUPPRESS,
    ArgumentParser,
    ArgumentTypeError,
    Namespace,
    RawDescriptionHelpFormatter,
    _SubParsersAction,
)
from collections.abc import Callable, Sequence
from os.path import expanduser
from pathlib import Path
from typing import Any, Final, NoReturn

from ... import __version__
from ..visible import visible
from . import help_texts
from .models_parser import add_models

STANDARD_INPUT = "-"
"""Stands for the question, or for one of the pictures."""

_ADDRESS: Final = r"(?i:[a-z][a-z0-9+.-]*://|data:)"


class _Form(RawDescriptionHelpFormatter):
    """Descriptions as they are written, option help in one column."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=24, width=88)


class _Parser(ArgumentParser):
    """Says what is wrong without letting what was typed steer the terminal.

    The options of a command are added when it is the one that was named: the app starts without.
    """

    def __init__(
        self, *args: Any, add_options: "Callable[[_Parser], None] | None" = None, **options: Any
    ) -> None:
        """Makes a parser; `add_options` adds what it accepts, the others are argparse's own."""
        super().__init__(*args, **options)
        self._add_options = add_options

    def parse_known_args(self, *args: Any, **options: Any) -> Any:
        """Returns what argparse's own returns."""
        add_options, self._add_options = self._add_options, None
        if add_options is not None:
            add_options(self)
        return super().parse_known_args(*args, **options)

    def error(self, message: str) -> NoReturn:
        """Prints usage and message, and ends the program with status 2."""
        super().error(visible(message))


def parse(argv: Sequence[str] | None) -> Namespace:
    """Returns the options; `command` is None for the app. Wrong usage exits with status 2.

    Paths of pictures are absolute: the core has a working directory of its own.
    """
    parser = _build_parser()
    options = parser.parse_args(argv)
    options.image += options.more_images
    if options.resume and options.chat is not None:
        parser.error("--chat and --continue can't be used together")
    if options.command == "ask" and options.retry:
        _check_retry(parser, options)
    return options


def _check_retry(parser: _Parser, options: Namespace) -> None:
    """Ends the program unless `--retry` has a question that failed, and no other."""
    if options.prompt or options.image:
        parser.error("--retry asks the failed question again as it was: leave PROMPT and -i out")
    if options.chat is None and not options.resume:
        parser.error("--retry needs --chat ID or --continue")


def _build_parser() -> _Parser:
    parser = _Parser(
        prog="seeshell",
        description=help_texts.ABOUT,
        epilog=help_texts.MODELS_AND_KEYS,
        formatter_class=_Form,
    )
    parser.set_defaults(
        model=None,
        adapter=None,
        preset=None,
        chat=None,
        resume=False,
        json=False,
        raw=False,
        more_images=[],
    )
    parser.add_argument("--version", action="version", version=f"seeshell {__version__}")
    _add_conversation_options(parser, images="image")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _add_ask(commands)
    _add_bench(commands)
    add_models(commands, _Form)
    _add_tune(commands)
    _add_core_commands(commands)
    return parser


def _add_conversation_options(parser: ArgumentParser, *, images: str) -> None:
    """Adds what the app and `ask` share; given before the command, it counts for the command.

    Args:
        parser: of the app or of `ask`.
        images: where the pictures go: a command's own list would replace the app's.
    """
    parser.add_argument("--model", metavar="MODEL", default=SUPPRESS, help="model to use from now")
    parser.add_argument(
        "--adapter",
        metavar="FOLDER",
        default=SUPPRESS,
        help="LoRA adapter for it, a folder or a name from `tune`; '' for none",
    )
    parser.add_argument(
        "--preset",
        metavar="NAME",
        default=SUPPRESS,
        help="preset that the conversation keeps; '' for the model's default one",
    )
    parser.add_argument(
        "-i",
        "--image",
        type=_picture_path,
        action="append",
        dest=images,
        metavar="IMAGE",
        default=[],
        help="picture to attach; may be given several times",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--chat", type=int, metavar="ID", default=SUPPRESS, help="go on with this conversation"
    )
    which.add_argument(
        "--continue",
        action="store_true",
        dest="resume",
        default=SUPPRESS,
        help="go on with the newest conversation",
    )


def _add_json_option(parser: ArgumentParser, what: str) -> None:
    parser.add_argument("--json", action="store_true", default=SUPPRESS, help=f"print {what}")


def _add_ask(commands: "_SubParsersAction[_Parser]") -> None:
    commands.add_parser(
        "ask",
        help="ask one question and print the answer",
        description="Ask one question, about pictures or not, and print the answer.",
        epilog=help_texts.ASK,
        formatter_class=_Form,
        add_options=_add_ask_options,
    )


def _add_ask_options(ask: _Parser) -> None:
    from .answer_options import add_answer_options

    _add_conversation_options(ask, images="more_images")
    _add_json_option(ask, "the answer with its figures as one JSON document")
    ask.add_argument(
        "--retry", action="store_true", help="ask the question again whose answer failed last"
    )
    ask.add_argument(
        "--raw",
        action="store_true",
        default=SUPPRESS,
        help="leave control characters in the answer, into a file or pipe",
    )
    add_answer_options(ask)
    ask.add_argument(
        "--leave-out-oldest",
        action="store_true",
        help="if the context is full, leave the oldest pictures, then questions, out of it",
    )
    ask.add_argument("prompt", nargs="*", metavar="PROMPT", help="the question; words are joined")


def _add_bench(commands: "_SubParsersAction[_Parser]") -> None:
    commands.add_parser(
        "bench",
        help="measure the waiting times of a chat about pictures",
        description="Measure how long one waits in a chat about pictures, on this machine.",
        epilog=help_texts.BENCH,
        formatter_class=_Form,
        add_options=_add_bench_options,
    )


def _add_bench_options(bench: _Parser) -> None:
    bench.add_argument("--model", metavar="MODEL", default=SUPPRESS, help="model to measure")
    bench.add_argument(
        "--compare",
        choices=["mlx-vlm"],
        help="measure the same through mlx-vlm's own loop, in turns",
    )
    for name, default, what in (
        ("--runs", 3, "how often to measure"),
        ("--image-size", 448, "pixels across and down of the pictures, which are drawn for this"),
        ("--pixel-budget", None, "most image tokens of one picture, instead of the setting"),
        ("--pictures", 16, "pictures of the long conversation"),
    ):
        told = what if default is None else f"{what} ({default})"
        bench.add_argument(name, type=_positive, metavar="N", default=default, help=told)
    _add_json_option(bench, "the figures as one JSON document")


def _add_tune(commands: "_SubParsersAction[_Parser]") -> None:
    commands.add_parser(
        "tune",
        help="train a LoRA adapter on conversations",
        description="Train a LoRA adapter on conversations, with mlx-vlm's own trainer.",
        epilog=help_texts.TUNE,
        formatter_class=_Form,
        add_options=_add_tune_options,
    )


def _add_tune_options(tune: _Parser) -> None:
    tune.add_argument("name", metavar="NAME", help="what to call it")
    tune.add_argument(
        "--from",
        nargs="+",
        dest="selection",
        metavar="QUERY|IDS",
        required=True,
        help="words that conversations have, or their IDs",
    )
    tune.add_argument("--model", metavar="MODEL", default=SUPPRESS, help="model that it is for")
    for name, kind, default, what in (
        ("--iterations", _positive, None, "answers to learn, one after the other"),
        ("--rank", _positive, 8, "width of its matrices (8): how much it can learn"),
        ("--learning-rate", _rate, 1e-4, "how much each step changes (1e-4)"),
    ):
        tune.add_argument(name, type=kind, metavar="N", default=default, help=what)
    _add_json_option(tune, "one JSON document")


def _rate(text: str) -> float:
    """Returns a number above 0 and at most 1."""
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 1:
        raise ArgumentTypeError(f"{text} is not a number above 0 and up to 1")
    return rate


def _picture_path(text: str) -> str:
    """Returns the absolute path of a picture; what stands for standard input stays.

    Raises:
        ArgumentTypeError: it is an address of another machine.
    """
    if text == STANDARD_INPUT:
        return text
    if text[:6].lower() == "file:/":
        from ..session.attach_paths import path_of

        text = path_of(text)
    if re.match(_ADDRESS, text):
        from shlex import quote

        raise ArgumentTypeError(
            f"{text} is an address, and seeshell does not fetch pictures yet; download it first, "
            f"as with `curl -LO {quote(text)}`, and name the file"
        )
    try:
        return str(Path(expanduser(text)).absolute())  # noqa: PTH111 - as in `absolute_source`
    except FileNotFoundError as error:
        raise ArgumentTypeError(
            f"the working directory, in which {text} would be, was deleted: change to another one, "
            "or give the full path"
        ) from error


def _positive(text: str) -> int:
    """Returns a number of which there is at least one."""
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text} is not a number from 1 up")
    return int(text)


def _add_core_commands(commands: "_SubParsersAction[_Parser]") -> None:
    for name, summary, epilog in (
        ("status", "say what the core is doing", help_texts.STATUS),
        ("unload", "free the model and keep the core", help_texts.UNLOAD),
        ("stop", "end the core", help_texts.STOP),
    ):
        command = commands.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=epilog,
            formatter_class=_Form,
        )
        _add_json_option(command, "one JSON document")
    commands.add_parser(
        "core",
        help="run the core in the foreground",
        description="Run the core in the foreground.",
        epilog=help_texts.CORE,
        formatter_class=_Form,
    )

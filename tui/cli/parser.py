"""What the command line accepts, and its help."""

import os
from argparse import (
    SUPPRESS,
    ArgumentParser,
    Namespace,
    RawDescriptionHelpFormatter,
    _SubParsersAction,
)
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, get_args

from ... import __version__
from ...core.settings import ImageProtocol
from ..visible import visible
from . import completion, help_texts
from .arguments import add_json_option, add_private_option, file_name, picture_path
from .chats.parser import add_chats
from .models_parser import add_models
from .tools_parser import add_tools


class _Form(RawDescriptionHelpFormatter):
    """Descriptions as they are written, option help in one column."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=24, width=88)


class LateParser(ArgumentParser):
    """Says what is wrong without letting what was typed steer the terminal.

    The options of a command are added when it is the one that was named: the app starts without.
    """

    def __init__(
        self, *args: Any, add_options: "Callable[[LateParser], None] | None" = None, **options: Any
    ) -> None:
        """Makes a parser; `add_options` adds what it accepts, the others are argparse's own."""
        super().__init__(*args, **options)
        self._add_options = add_options

    def parse_known_args(self, *args: Any, **options: Any) -> Any:
        """Returns what argparse's own returns."""
        self.add_late_options()
        return super().parse_known_args(*args, **options)

    def add_late_options(self) -> None:
        """Adds the options of the command, unless they are there."""
        add_options, self._add_options = self._add_options, None
        if add_options is not None:
            add_options(self)

    def error(self, message: str) -> NoReturn:
        """Prints usage and message, and ends the program with status 2."""
        super().error(visible(message))


def parse(argv: Sequence[str] | None) -> Namespace:
    """Returns the options; `command` is None for the app. Wrong usage exits with status 2.

    Paths of pictures are absolute: the core has a working directory of its own.
    """
    parser = _build_parser()
    if completion.VARIABLE in os.environ:
        completion.answer_shell(parser)
    options = parser.parse_args(argv)
    options.image += options.more_images
    if options.resume and options.chat is not None:
        parser.error("--chat and --continue can't be used together")
    if options.private and (options.resume or options.chat is not None):
        parser.error("--private begins a conversation: leave --chat and --continue out")
    if options.command == "ask":
        from .each_options import check_each

        if not check_each(parser, options) and (options.retry or options.finish):
            _check_again(parser, options)
    return options


def _check_again(parser: LateParser, options: Namespace) -> None:
    """Ends the program unless `--retry` or `--finish` has a conversation, and no question."""
    name = "--retry" if options.retry else "--finish"
    if options.retry and options.finish:
        parser.error("--retry and --finish can't be used together")
    if options.prompt or options.image:
        parser.error(f"{name} is about what was asked already: leave PROMPT and -i out")
    if options.chat is None and not options.resume:
        parser.error(f"{name} needs --chat ID or --continue")


def _build_parser() -> LateParser:
    parser = LateParser(
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
        private=False,
        json=False,
        raw=False,
        more_images=[],
        allows_private=False,
    )
    parser.add_argument("--version", action="version", version=f"seeshell {__version__}")
    _add_conversation_options(parser, images="image")
    parser.add_argument(
        "--plain",
        action="store_true",
        help="a linear chat without a full-screen mode, as for screen readers",
    )
    parser.add_argument(
        "--images",
        dest="drawing",
        choices=get_args(ImageProtocol),
        help="how to draw pictures, in place of the setting; all but auto ask the terminal nothing",
    )
    parser.add_argument(
        "--slow-line",
        action="store_true",
        help='draw less: small pictures and calmer text, as the setting line = "slow"',
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _add_ask(commands)
    _add_attach(commands)
    add_chats(commands, _Form)
    add_models(commands, _Form)
    add_tools(commands, _Form)
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
        type=picture_path,
        action="append",
        dest=images,
        metavar="IMAGE",
        default=[],
        help="picture to attach; may be given several times; a.pdf#2-3 for pages of it, "
        "a.png@LEFT,TOP,WIDTH,HEIGHT for a rectangle",
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
    which.add_argument(
        "--private",
        action="store_true",
        default=SUPPRESS,
        help="begin a conversation that never comes on the disk and is gone at the end",
    )


def _add_ask(commands: "_SubParsersAction[LateParser]") -> None:
    commands.add_parser(
        "ask",
        help="ask one question and print the answer",
        description="Ask one question, about pictures or not, and print the answer.",
        epilog=f"{help_texts.ASK}\n\n{help_texts.EACH}",
        formatter_class=_Form,
        add_options=_add_ask_options,
    )


def _add_ask_options(ask: LateParser) -> None:
    from .answer_options import add_answer_options
    from .each_options import add_each_options

    _add_conversation_options(ask, images="more_images")
    add_json_option(ask, "the answer with its figures as one JSON document")
    ask.add_argument(
        "--retry", action="store_true", help="ask the question again whose answer failed last"
    )
    ask.add_argument(
        "--finish", action="store_true", help="finish the last answer, which was cut off"
    )
    ask.add_argument(
        "--raw",
        action="store_true",
        default=SUPPRESS,
        help="leave control characters in the answer, into a file or pipe",
    )
    add_each_options(ask)
    add_answer_options(ask)
    add_private_option(ask)
    ask.add_argument(
        "--leave-out-oldest",
        action="store_true",
        help="if the context is full, leave the oldest pictures, then questions, out of it",
    )
    ask.add_argument("prompt", nargs="*", metavar="PROMPT", help="the question; words are joined")


def _add_attach(commands: "_SubParsersAction[LateParser]") -> None:
    commands.add_parser(
        "attach",
        help="put pictures into the prompt of the window used last",
        description="Put pictures into the prompt of the window used last, or into a draft.",
        epilog=help_texts.ATTACH,
        formatter_class=_Form,
        add_options=_add_attach_options,
    )


def _add_attach_options(attach: LateParser) -> None:
    attach.add_argument(
        "pictures",
        nargs="+",
        type=picture_path,
        metavar="IMAGE",
        help="file, folder, glob or http(s) address; - for standard input",
    )
    attach.add_argument(
        "--name",
        metavar="NAME",
        type=file_name,
        default="standard input",
        help="what to call the picture of standard input",
    )
    add_private_option(attach)
    add_json_option(attach, "one JSON document")

"""What `seeshell models` and its commands accept."""

from argparse import SUPPRESS, ArgumentParser, HelpFormatter, _SubParsersAction
from typing import Any

from . import models_help

BITS = ("4", "8", "mixed_4_6")
"""What `models quantise --bits` takes."""


def add_models(commands: "_SubParsersAction[Any]", form: type[HelpFormatter]) -> None:
    """Adds `models` to the commands, with its own commands.

    Args:
        commands: of the program.
        form: of all help.
    """
    commands.add_parser(
        "models",
        help="list, fetch, quantise and remove models",
        description="List the models that are here, with what they take. Its commands:",
        epilog=models_help.MODELS,
        formatter_class=form,
        add_options=_add_options,
    )


def _add_options(models: ArgumentParser) -> None:
    _add_json(models)
    models.add_argument(
        "--all", action="store_true", default=SUPPRESS, help="also those that can't be run"
    )
    models.set_defaults(action="list", all=False)
    actions = models.add_subparsers(dest="action", metavar="COMMAND", title="commands")
    for name, summary, epilog in (
        ("show", "say everything about one model", models_help.SHOW),
        ("pull", "download a model, or what is missing of it", models_help.PULL),
        ("rm", "remove a downloaded model", models_help.REMOVE),
        ("quantise", "make a smaller version of a model", models_help.QUANTISE),
    ):
        action = actions.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=epilog,
            formatter_class=models.formatter_class,
        )
        action.add_argument("name", metavar="NAME", help="as --model takes it")
        _add_json(action)
        _add_own(name, action)


def _add_own(name: str, action: ArgumentParser) -> None:
    """Adds what only one of the commands takes."""
    match name:
        case "rm":
            action.add_argument("--yes", action="store_true", help="do not ask")
            action.add_argument("--force", action="store_true", help="even if it is loaded")
        case "quantise":
            action.add_argument("--bits", choices=BITS, default="4", help="bits a weight (4)")
            action.add_argument("--to", metavar="FOLDER", help="where it goes")


def _add_json(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", default=SUPPRESS, help="print one JSON document"
    )

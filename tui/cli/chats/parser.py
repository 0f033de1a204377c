"""What `seeshell chats`, `show`, `export`, `rm` and `tag` accept."""

from argparse import (
    REMAINDER,
    Action,
    ArgumentParser,
    HelpFormatter,
    Namespace,
    _SubParsersAction,
)
from collections.abc import Sequence
from typing import Any, Final, get_args

from ....core.kept import LibraryOrder
from ..arguments import add_json_option, positive
from . import help_texts

_JSON: Final = "--json"

_QUERY: Final = "words that conversations have, and the notation below; quote what has blanks"


def add_chats(commands: "_SubParsersAction[Any]", form: type[HelpFormatter]) -> None:
    """Adds these commands.

    Args:
        commands: of the program.
        form: of all help.
    """
    for name, summary, epilog, add_options in (
        ("chats", "list and search stored conversations", help_texts.CHATS, _add_chats),
        ("show", "print a conversation", help_texts.SHOW, _add_show),
        ("export", "write conversations into files to take along", help_texts.EXPORT, _add_export),
        ("rm", "delete conversations, or restore them", help_texts.REMOVE, _add_remove),
        ("tag", "tag conversations, or list all tags", help_texts.TAG, _add_tag),
    ):
        commands.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=epilog,
            formatter_class=form,
            add_options=add_options,
        )


def _add_chats(chats: ArgumentParser) -> None:
    chats.add_argument("query", nargs="*", metavar="QUERY", help=_QUERY)
    chats.add_argument(
        "--hits", action="store_true", help="print each place that was found, not each conversation"
    )
    chats.add_argument("--limit", type=positive, metavar="N", help="print at most so many")
    chats.add_argument(
        "--sort",
        choices=get_args(LibraryOrder),
        help="by change (updated), start (created), title or messages; as sort: in QUERY",
    )
    add_json_option(chats, "one JSON document")


def _add_show(show: ArgumentParser) -> None:
    show.add_argument("conversation", type=positive, metavar="ID", help="as `chats` lists it")
    _add_branches(show)
    show.add_argument("--thoughts", action="store_true", help="what models thought first, too")
    add_json_option(show, "all of the conversation as one JSON document")


def _add_export(export: ArgumentParser) -> None:
    # What writes exports comes with it, which the app starts without.
    from ...export.forms import FORMS

    export.add_argument("query", nargs="*", metavar="QUERY", help=_QUERY)
    export.add_argument(
        "--chat",
        nargs="+",
        type=positive,
        dest="chats",
        metavar="ID",
        default=[],
        help="these conversations",
    )
    export.add_argument(
        "--all", action="store_true", dest="has_all", help="every stored conversation"
    )
    export.add_argument(
        "--format", choices=FORMS, default="html", dest="form", help="what to write (html)"
    )
    export.add_argument(
        "-o",
        "--output",
        metavar="PATH",
        help="where it goes; - for standard output; else a name made of the title, in this folder",
    )
    _add_branches(export)
    metadata = export.add_mutually_exclusive_group()
    for name, is_kept, what in (
        ("--keep-metadata", True, "leave EXIF, GPS and the like in pictures; so only in a bundle"),
        ("--strip-metadata", False, "take them out, of a bundle too"),
    ):
        metadata.add_argument(
            name, action="store_const", const=is_kept, dest="keeps_metadata", help=what
        )
    export.add_argument(
        "--whole-pictures",
        action="store_true",
        help="html: with all their pixels, where else large ones are scaled down",
    )
    export.add_argument("--force", action="store_true", help="replace what is there")
    add_json_option(export, "what was written as one JSON document")


def _add_branches(command: ArgumentParser) -> None:
    command.add_argument(
        "--all-branches",
        action="store_true",
        help="also the branches that are not shown, one behind the other",
    )


def _add_remove(remove: ArgumentParser) -> None:
    remove.add_argument("conversations", nargs="*", type=positive, metavar="ID", help="which")
    what = remove.add_mutually_exclusive_group()
    what.add_argument("--restore", action="store_true", help="take the deletion back")
    what.add_argument(
        "--empty-bin",
        action="store_true",
        help="remove what is deleted for good: IDs, or all",
    )
    remove.add_argument("--yes", action="store_true", help="do not ask")
    add_json_option(remove, "one JSON document")


def _add_tag(tag: ArgumentParser) -> None:
    add_json_option(tag, "one JSON document")
    tag.add_argument(
        "changes",
        # What takes a tag away begins as an option does.
        nargs=REMAINDER,
        action=_Changes,
        metavar="ID ... +TAG -TAG",
        help="IDs, tags to give with a + before each, and to take away with a -",
    )


class _Changes(Action):
    """Keeps what stands behind `tag`, and takes `--json` for what it is wherever it stands."""

    def __call__(
        self,
        _parser: ArgumentParser,
        namespace: Namespace,
        values: str | Sequence[Any] | None,
        _option: str | None = None,
    ) -> None:
        """Keeps them."""
        namespace.changes = [it for it in values or () if it != _JSON]
        if _JSON in (values or ()):
            namespace.json = True

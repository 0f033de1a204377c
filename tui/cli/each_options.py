"""The options of `seeshell ask` for one question over many pictures."""

from argparse import ArgumentParser, Namespace
from typing import Final

_FOREIGN: Final = {
    "image": "-i",
    "chat": "--chat",
    "resume": "--continue",
    "private": "--private",
    "finish": "--finish",
    "json": "--json",
    "leave_out_oldest": "--leave-out-oldest",
}
"""Options that are about one conversation, by where argparse puts them."""


def add_each_options(parser: ArgumentParser) -> None:
    """Adds them to `ask`."""
    group = parser.add_argument_group("one question over many pictures, each by itself")
    what = group.add_mutually_exclusive_group()
    what.add_argument(
        "--each",
        nargs="+",
        action="extend",
        metavar="PATH",
        default=[],
        help="files, folders or globs; an option, or --, ends them",
    )
    what.add_argument(
        "--resume-roll",
        type=int,
        metavar="ID",
        help="go on where that one was stopped; --retry asks again what failed",
    )
    form = group.add_mutually_exclusive_group()
    form.add_argument("--jsonl", action="store_true", help="print a JSON document a line")
    form.add_argument("--csv", action="store_true", help="print a table")


def check_each(parser: ArgumentParser, options: Namespace) -> bool:
    """Ends the program where options don't go together; returns whether there are many pictures."""
    is_resumed = options.resume_roll is not None
    if not options.each and not is_resumed:
        if options.jsonl or options.csv:
            parser.error("--jsonl and --csv are for --each; use --json for one answer")
        return False
    name = "--resume-roll" if is_resumed else "--each"
    for field, option in _FOREIGN.items():
        # Numbers of conversations may be 0.
        if getattr(options, field) not in (None, False, []):
            hint = "; use --jsonl" if field == "json" else ""
            parser.error(f"{option} can't be used with {name}{hint}")
    if is_resumed and options.prompt:
        parser.error("--resume-roll asks the same question again: leave PROMPT out")
    if options.retry and not is_resumed:
        parser.error("--retry needs --resume-roll, --chat or --continue")
    return True

"""What `seeshell import` accepts."""

from argparse import ArgumentParser

from ..arguments import add_json_option


def add_import_options(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="what to take in")
    parser.add_argument(
        "--dry-run", action="store_true", help="say what is in the files, and store nothing"
    )
    add_json_option(parser, "one JSON document")

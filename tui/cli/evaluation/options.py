"""What `seeshell eval` accepts."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Final

from ..answer_options import add_answer_options
from ..arguments import positive
from .cases import CAPTION_QUESTION

SCORER_NAMES: Final = ("vqa", "exact", "anls", "bleu", "chrf")
"""As in `scorers`, which the command line need not load."""


def add_evaluation_options(parser: ArgumentParser) -> None:
    """Adds them to the command."""
    parser.add_argument("file", type=Path, metavar="FILE", help="rows, as told below")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="where the pictures are")
    parser.add_argument("--annotations", type=Path, metavar="FILE", help="VQAv2's answers")
    parser.add_argument(
        "--question",
        default=CAPTION_QUESTION,
        metavar="TEXT",
        help=f"what is asked where FILE has no questions ({CAPTION_QUESTION})",
    )
    parser.add_argument(
        "--score", action="append", choices=SCORER_NAMES, default=[], help="scorer; repeatable"
    )
    parser.add_argument(
        "--model",
        nargs="+",
        action="append",
        dest="sides",
        default=[],
        metavar=("MODEL", "ADAPTER"),
        help="what answers, with an adapter or without; repeatable",
    )
    parser.add_argument("--limit", type=positive, metavar="N", help="the first N rows only")
    parser.add_argument("--retry", action="store_true", help="ask again what failed")
    add_answer_options(parser)

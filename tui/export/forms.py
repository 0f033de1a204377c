"""The forms in which conversations are taken along, and what is asked of them."""

from typing import Final, Literal, NamedTuple, get_args

ExportForm = Literal["html", "markdown", "json", "jsonl", "bundle"]
"""One page; a text with a folder of pictures; all that is known; rows for training; a bundle, which
another seeshell imports."""

FORMS: Final[tuple[ExportForm, ...]] = get_args(ExportForm)

SUFFIXES: Final[dict[ExportForm, str]] = {
    "html": ".html",
    "markdown": ".md",
    "json": ".json",
    "jsonl": ".jsonl",
    "bundle": ".seeshell",
}
"""How the files' names end."""


def suffix_of(form: ExportForm, count: int) -> str:
    """Returns how the name of an export of so many conversations ends; a folder's with nothing."""
    return "" if form == "markdown" and count > 1 else SUFFIXES[form]


def keeps_metadata(form: ExportForm) -> bool:
    """Whether pictures of a form keep EXIF, GPS and the like where nobody says.

    All but a bundle, which is to bring everything back as it was, is made to be given away.
    """
    return form == "bundle"


class ExportChoices(NamedTuple):
    """How conversations are written."""

    form: ExportForm = "html"
    all_branches: bool = False
    """Whether branches that are not shown are told too; JSON and bundles always hold them."""
    keeps_metadata: bool = False
    """Whether pictures keep EXIF, GPS and the like."""
    has_whole_pictures: bool = False
    """Whether the pictures of a page have all their pixels."""
    replaces: bool = False
    """Whether what is in the place of the export goes."""

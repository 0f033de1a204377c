"""Conversations as files to take along: a page, Markdown, JSON, training rows. No Textual.

Its modules in reading order:

    writing          Writes conversations into a place of the user's own: all of it, or nothing.
    beside           An export by a program of its own, `seeshell export`: the interface stays as
                     quick as it was.
    forms            The forms in which conversations are taken along, and what is asked of them.
    branches         A kept conversation as the branches that people read: the shown one, then each
                     other one.
    words            What an export says of conversations, messages and pictures, in words.
    html/            One self-contained HTML page: readable on a phone and on paper, in light and
                     dark.
    as_markdown      A conversation as Markdown: for files with a folder of pictures beside them,
                     and to be read.
    as_rows          Answers as rows for training: JSONL as `seeshell tune` and mlx-vlm's own
                     trainer read it.
    picture_folder   The folder of pictures beside a file: each picture once, under a name that says
                     whose it is.
    stored_pictures  The stored pictures of an export: as data of a page, or as files of their own.
    new_files        New files and folders in places of the user's own: whole or not there, and
                     nothing overwritten.
"""

from .forms import FORMS, ExportChoices, ExportForm, keeps_metadata, suffix_of
from .stored_pictures import StoredPictures
from .writing import ExportSource, Written, export_pieces, name_of, places_of, write_export

__all__ = [
    "FORMS",
    "ExportChoices",
    "ExportForm",
    "ExportSource",
    "StoredPictures",
    "Written",
    "export_pieces",
    "keeps_metadata",
    "name_of",
    "places_of",
    "suffix_of",
    "write_export",
]

"""Boxes and points that answers mark in pictures: read from what models write, put into pixels.

Reads text and knows numbers; draws nothing, and imports neither MLX nor the interface.

Its modules in reading order:

    mark       A box or a point that an answer marks in a picture, in pixels of that picture.
    placing    Which picture of a conversation the boxes of an answer are in, and where in it.
    reading    The boxes and points of an answer, in whatever form its model writes them.
    spot       A box or a point as an answer writes it, before it is known which picture is meant.
    json_form  Boxes and points in JSON, read leniently: as Qwen-VL and many others write them.
    tag_forms  Boxes and points between tags, of which many are special tokens of their models.
    units      What the numbers of boxes count, where the form does not say: thousandths, or pixels.
"""

from .mark import Box, Mark, PlacedMark, Point
from .placing import MarkReader, find_marks, find_marks_in
from .reading import carries_boxes, may_mark
from .units import counts_pixels

__all__ = [
    "Box",
    "Mark",
    "MarkReader",
    "PlacedMark",
    "Point",
    "carries_boxes",
    "counts_pixels",
    "find_marks",
    "find_marks_in",
    "may_mark",
]

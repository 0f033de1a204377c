"""Picture files without what was noted in them beside the picture: place, camera, time, comments.

JPEG, PNG, WebP and GIF are taken apart and put together again without those pieces; no pixel is
decoded. Of other formats nothing is known here: their pixels have to be stored anew.

Its modules in reading order:

    stripping    A file without metadata, by what kind of picture it begins like.
    taken_apart  A picture's file as the pieces that are kept of it, and which way is up in it.
    orientation  Which way is up in a picture: read from its EXIF or XMP, and written as EXIF of
                 that alone.
    jpeg         JPEG without comments and applications' segments, up to the end of its first
                 picture.
    png          PNG without texts, times, EXIF and chunks that nobody knows.
    webp         WebP without its chunks of EXIF and XMP, and without those that nobody knows.
    gif          GIF without comments and without what applications have put into it.
"""

from .stripping import Stripped, opened_stripped

__all__ = ["Stripped", "opened_stripped"]

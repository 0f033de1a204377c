"""The full-screen viewer: pictures as near as one likes, compared, and cut out to ask about.

Its modules in reading order:

    viewer          The full-screen viewer: rectangles are cut out of what one looks at, and boxes
                    walked.
    looking_screen  A screen to look at pictures: as near as one likes, compared, and as the model
                    sees them.
    gallery         The pictures that one looks through: those of a conversation, or of a folder.
                    Pure.
    sight           Which part of a picture is in view: as it fits, at 1:1, zoomed and panned. Pure.
    picture_view    One picture, any part of it: drawn at once as well as is quick, and sharply when
                    keys rest.
    boxes           The boxes that lie over pictures of a gallery, and the one that is highlighted.
                    Pure.
    frame_lines     A frame of lines around a rectangle of a picture, laid over rows that are drawn
                    already. Pure.
    cropping        The rectangle that is cut out: moved, grown, shrunk, typed, or taken from a
                    grid. Pure.
    crop_row        The row of the rectangle that is cut out: where it is and what it costs; its
                    keys change it.
    fed_sizes       What the model was given of pictures, or would be: asked for once, where nobody
                    knows it yet.
    words           What the viewer says of a picture: name, size, zoom, where one looks. Pure.
"""

from .boxes import Boxes
from .gallery import Gallery, Slide
from .viewer import Viewer

__all__ = ["Boxes", "Gallery", "Slide", "Viewer"]

"""Pictures as terminal cells: decoded beside the interface, sent once, drawn as plain Strips.

Its modules in reading order:

    pictures     Every picture of an app run: each is decoded once, sent once, and drawn at any
                 size.
    decoder      Small copies of pictures, made by worker programs beside the interface.
    drawn        What drawing a picture gives, and how many cells a picture takes. Pure.
    transmitter  Sends pictures to a terminal that keeps them: each once, whatever sizes it is shown
                 at.
    kitty        Kitty's graphics protocol as text: transmit, place, delete. Pure.
    library      The one module that knows private names of textual-image, Rich and Textual's
                 driver.
"""

from .decoder import Decoder
from .drawn import DrawnPicture
from .library import DriverOutput
from .pictures import Pictures, Source

__all__ = ["Decoder", "DrawnPicture", "DriverOutput", "Pictures", "Source"]

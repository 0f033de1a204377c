"""Pictures as terminal cells: decoded beside the interface, sent once, drawn as plain Strips."""

from .decoder import Decoder
from .drawn import DrawnPicture
from .library import DriverOutput
from .pictures import Pictures, Source

__all__ = ["Decoder", "DrawnPicture", "DriverOutput", "Pictures", "Source"]

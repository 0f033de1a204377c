"""Pictures as terminal cells: decoded beside the interface, sent once, drawn as plain Strips.

Its modules in reading order:

    pictures           Every picture of an app run: each is decoded once, sent once, and drawn at
                       any size.
    copies             Small copies of pictures: one cache with a bound that spares what is on
                       screen. Pure.
    decoder            Small copies of pictures, made by worker programs beside the interface.
    drawn              What drawing a picture gives, and how many cells a picture takes. Pure.
    drawer             How pictures are drawn: one interface for every kind of terminal.
    choice             Which drawer draws in this terminal.
    half_blocks        Pictures as half blocks: two pixels a cell, in any terminal with colours.
    painted_drawer     Pictures as pixels over cells: half blocks while anything moves, pixels once
                       it rests.
    resting_canvas     Paints pixels over cells once the screen rests, for terminals that take each
                       picture anew.
    sixel_encoder      Pictures as sixels: pixels of the terminal, in few enough colours for the
                       line.
    iterm2_encoder     Pictures in iTerm2's protocol: a file, and how many cells it takes.
    kitty_drawer       Pictures in kitty's protocol: each is sent once, and cells of any size name
                       it.
    placed_drawer      Pictures in kitty's protocol without placeholder cells: sent once, placed
                       over blanks.
    placing_canvas     Places pictures that the terminal keeps over cells, without sending a pixel
                       again.
    transmitter        Sends pictures to a terminal that keeps them: each once, whatever sizes it is
                       shown at.
    kitty              Kitty's graphics protocol as text: transmit, place, delete. Pure.
    placeholder_color  A colour of a cell that names a picture in the terminal, and one of its
                       sizes. Pure.
    renderables        textual-image's pictures as cells and as sixels, without a word to the
                       terminal.
    test_card          A test card in every protocol that a terminal knows, for `seeshell doctor
                       --images`.
"""

from .decoder import Decoder
from .drawn import DrawnPicture, Rendition, laid_on
from .pictures import Pictures, Source

__all__ = ["Decoder", "DrawnPicture", "Pictures", "Rendition", "Source", "laid_on"]

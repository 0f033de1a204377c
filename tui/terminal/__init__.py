"""What the terminal is and says: asked once, then its keys and what is written to it.

Its modules in reading order:

    probe           The terminal: what it can show, asked once before Textual starts.
    replies         What a terminal's replies say: parsed and judged, without touching a terminal.
    type_ahead      Keys in their order, however fast they come.
    alt_enter       Keys that terminals without a keyboard protocol send in a form Textual does not
                    know.
    control_filter  The terminal's last guard: nothing that any widget draws can steer it.
    painter         What stands on the screen, and the least to write that makes it what shall stand
                    there.
    runs            Pieces of a row as runs of one style, and what of them has changed.
    moved_rows      Rows that have only moved up or down: the terminal can move them, which takes a
                    few bytes.
    pen             The pen of the terminal: the fewest codes from the style it writes in to the
                    next.
"""

"""What the terminal is and says: asked once, then its keys and what is written to it.

Its modules in reading order:

    facts           What the terminal can show, and so how pictures are drawn: judged from what it
                    says of itself.
    probe           Asks the terminal once, before Textual starts, what it can show.
    replies         What a terminal is asked and how its replies read, without touching a terminal.
    type_ahead      Keys in their order, however fast they come.
    alt_enter       Keys that terminals without a keyboard protocol send in a form Textual does not
                    know.
    control_filter  The terminal's last guard: nothing that any widget draws can steer it.
    colour_filters  Colours for terminals that know only 256 of them, or 16: the last step before a
                    line is written.
    xterm_colours   The colours of terminals that know only 256 or 16: their values, and the nearest
                    to a colour.
    notifications   What tells somebody whose terminal is not in front of them that an answer has
                    ended.
"""

"""What the terminal is and says: asked once, then its keys and what is written to it.

Its modules in reading order:

    probe           The terminal: what it can show, asked once before Textual starts.
    replies         What a terminal's replies say: parsed and judged, without touching a terminal.
    type_ahead      Keys in their order, however fast they come.
    alt_enter       Keys that terminals without a keyboard protocol send in a form Textual does not
                    know.
    mouse           The mouse, turned off and on while the app runs: without it the terminal selects
                    text.
    control_filter  The terminal's last guard: nothing that any widget draws can steer it.
"""

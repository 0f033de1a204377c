"""What the terminal is and says: asked once, then its keys and what is written to it.

Its modules in reading order:

    facts           What the terminal can show, and so how pictures are drawn: judged from what it
                    says of itself.
    probe           Asks the terminal once, before Textual starts, what it can show.
    cell_size       Pixels of a cell, as the kernel knows them: they change with the terminal's
                    font.
    replies         What a terminal is asked and how its replies read, without touching a terminal.
    quiet_terminal  The terminal while the app starts: what is typed is neither shown nor changed,
                    and waits.
    driver          The terminal under the app: what it sends is read here, and its keyboard is
                    asked for all it has.
    input_reader    What a terminal sends, as the messages that Textual's apps know.
    sequences       Cuts what a terminal sends into characters, control sequences and pasted text.
    keyboard        Keys as terminals send them, by the names that Textual's bindings use.
    layouts         Letters of other scripts by the key that they stand on, for Ctrl and Alt.
    textual_names   What is used of Textual that it does not promise to keep: names of keys, reports
                    of the mouse.
    type_ahead      Keys in their order, however fast they come.
    mouse           The mouse, turned off and on while the app runs: without it the terminal selects
                    text.
    control_filter  The terminal's last guard: nothing that any widget draws can steer it.
    colour_filters  Colours for terminals that know only 256 of them, or 16: the last step before a
                    line is written.
    xterm_colours   The colours of terminals that know only 256 or 16: their values, and the nearest
                    to a colour.
    notifications   What tells somebody whose terminal is not in front of them that an answer has
                    ended.
    sparing_compositor  Draws the widgets of which something will be seen, and no others.
    painter         What stands on the screen, and the least to write that makes it what shall stand
                    there.
    runs            Pieces of a row as runs of one style, and what of them has changed.
    pixel_cells     Cells that pixels of a picture may cover: which part of which picture each of
                    them shows. Pure.
    canvas          Pixels over cells: what the painter tells whoever paints pictures that are no
                    cells. Pure.
    surface         Where pixels are written: at a cell of the terminal, or of a pane of tmux within
                    it.
    moved_rows      Rows that have only moved up or down: the terminal can move them, which takes a
                    few bytes.
    pen             The pen of the terminal: the fewest codes from the style it writes in to the
                    next.
    driver_output   Writes to the terminal in turn with Textual's output: what knows its driver's
                    private names.
    line_speed      Whether the line to the terminal is slow: by its round trip, or since writes
                    back up.
    clipboard       Pictures in the clipboard of the machine where the terminal runs: kitty's OSC
                    5522. Pure.
"""

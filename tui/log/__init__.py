"""The chat log: one widget that draws every message of a conversation as lines.

Its modules in reading order:

    chat_log         The chat log: every message of a conversation in one widget that draws single
                     lines.
    message_view     The lines of one message: heading, pictures, text, receipt; rendered when first
                     asked for.
    transcript       All messages as one column of lines, of which only what is looked at is
                     rendered.
    transcript_view  A transcript in a window: scrolling by lines that stand still, and drawing only
                     what changed.
    held_line        A line of a message that is found again when the message is wrapped anew or
                     grows.
    line_selection   Lines selected with the keyboard alone, for a terminal that sends no mouse.
    more_below       A log that says when text has come below what is in view.
    words            The word at a cell of a line, as a double click selects it.
    selection        The text that mouse or keyboard selected, in coordinates that stay true while
                     the log grows.
    answer_text      The text of an answer as lines; of one that still streams only the open end is
                     done again.
    copied           What is copied of lines: not their margins, and without the breaks that
                     wrapping made.
    bounded          Blocks as lines within a bound of time; what would take longer is shown as it
                     was written.
    patience         A bound of time for whatever reads text from outside: past it, the reading is
                     given up.
    render           Blocks as lines: what `markdown` cuts, drawn at a width in a palette.
    markdown         The text of an answer cut into blocks while it streams: a finished block never
                     changes again.
    cuts             Where open Markdown may be cut: a tree of its blocks, and the lines before
                     which it is long.
    grammar          The Markdown that answers are read as: CommonMark with tables, task lists,
                     strikes and maths.
    maths            Maths as it was written: nothing between its delimiters is Markdown.
    inline           Text within a block: emphasis, inline code, links, line breaks.
    table            Tables without boxes: columns that fit the width, cells wrapped, a rule under
                     the head.
    code             Code on a ground of its own, with its syntax coloured where the language is
                     known.
    highlight        The colours of code, by Pygments.
    targets          What of a message can be opened or copied on its own: links and blocks of code.
    lexers           Pygments' lexers by the names that stand at code fences, loaded beside the
                     interface.
    links            Where links lead: which can be opened, and what is shown of their targets.
    picture_lines    The lines of a picture: its cells, or the room kept for them, and its caption.
    notes            Muted lines around an answer's text: what it thought first, and what is said of
                     it.
    receipt          What an answer cost, in words: one line, or the whole receipt.
    line             Rendered lines: what a line of the log is made of, and text wrapped into lines.
    row_strip        A row of the log as it is drawn: margin, line, and what is marked or selected
                     in it.
    look             What the rendering of a message depends on besides the message.
    palette          The styles in which the log is drawn, taken from its component classes.
"""

from .chat_log import ChatLog

__all__ = ["ChatLog"]

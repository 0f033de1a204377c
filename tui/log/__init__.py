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
    times_view       A transcript whose messages tell on request when they were sent.
    held_line        A line of a message that is found again when the message is wrapped anew or
                     grows.
    line_selection   Lines selected with the keyboard alone, for a terminal that sends no mouse.
    word_walk        A log in which words are searched for: all places are marked, and keys walk
                     them.
    target_walk      A log in which keys walk what can be opened or copied on its own, and open or
                     copy it.
    found_words      What a search finds in a conversation's messages: in their text, however that
                     is drawn.
    found_lines      Where in the drawn lines of a message some characters of its text stand, as
                     wrapping put them.
    searched_parts   The parts of a message that are searched: its thoughts, texts and the names of
                     its pictures.
    mark_walk        A log in which keys walk the boxes and points of an answer, which lie over its
                     pictures.
    more_below       A log that says when text has come below what is in view.
    words            The word at a cell of a line, as a double click selects it.
    selection        The text that mouse or keyboard selected, in coordinates that stay true while
                     the log grows.
    answer_text      The text of an answer as lines; of one that still streams only the open end is
                     done again.
    copied           What is copied of lines: not their margins, and without the breaks that
                     wrapping made.
    copied_table     A table of an answer as it is copied: for a spreadsheet, or as the Markdown
                     that it was.
    bounded          Blocks as lines within a bound of time; what would take longer is shown as it
                     was written.
    render           Blocks as lines: what `markdown` cuts, drawn at a width in a palette.
    markdown         The text of an answer cut into blocks while it streams: a finished block never
                     changes again.
    cuts             Where open Markdown may be cut: a tree of its blocks, and the lines before
                     which it is long.
    inline           Text within a block: emphasis, inline code, links, line breaks.
    table            Tables without boxes: columns that fit the width, cells wrapped, a rule under
                     the head.
    code             Code on a ground of its own, with its syntax coloured where the language is
                     known.
    highlight        The colours of code, by Pygments.
    targets          What of a message can be opened or copied on its own: links, blocks of code and
                     tables.
    lexers           Pygments' lexers by the names that stand at code fences, loaded beside the
                     interface.
    head             What stands above an answer's text: its heading and folded thoughts; of a
                     question all of it.
    heading          The heading of a message: whose it is, when it was sent, and which of its
                     versions it is.
    foot             What stands below a message: how it ended, what can be done about that, and
                     what it cost.
    picture_lines    The lines of a picture: its cells, or the room kept for them, and its caption.
    drawn_pictures   The pictures of a message as they are drawn: for which bounds, and with which
                     marks over them.
    notes            Muted lines around an answer's text: what it thought first, and what is said of
                     it.
    mark_lines       What stands below an answer that marks something in pictures: the names of its
                     boxes and points.
    receipt          What an answer cost, in words: one line, or the whole receipt.
    line             Rendered lines: what a line of the log is made of, and text wrapped into lines.
    row_strip        A row of the log as it is drawn: margin, line, and what is marked or selected
                     in it.
    look             What the rendering of a message depends on besides the message.
    palette          The styles in which the log is drawn, taken from its component classes.
    open_marks       What an open answer marks in pictures: read as its text comes, laid over them
                     now and then.
"""

from .chat_log import ChatLog

__all__ = ["ChatLog"]

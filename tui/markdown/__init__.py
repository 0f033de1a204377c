"""The Markdown of answers before it is drawn: read the same for the terminal and for exports.

It knows neither Textual nor Rich.

Its modules in reading order:

    grammar   The Markdown that answers are read as: CommonMark with tables, task lists, strikes and
              maths.
    maths     Maths as it was written: nothing between its delimiters is Markdown.
    patience  A bound of time for whatever reads text from outside: past it, the reading is given
              up.
    links     Where links lead: which can be opened, and what is shown of their targets.
    unspaced  Which characters belong to texts without spaces between words.
"""

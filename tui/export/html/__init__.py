"""One self-contained HTML page: readable on a phone and on paper, in light and dark.

Its modules in reading order:

    page      One page with conversations: a single file that asks for nothing and runs nothing.
    messages  Messages as HTML: whose, when and by which model, then their parts, and what is said
              of them.
    content   Answers as HTML, read by the grammar of the app's log: what looks like HTML in them is
              text.
    code      Code as HTML, each piece in the class that Pygments' own style sheets use.
    pictures  The pictures of a page as SVG: the data of each one once, and what is marked drawn
              over it.
    ahead     Pictures that are read ahead: a few at a time, while those before them are written.
    marks     Boxes and points of an answer as SVG over their picture, and their names below it.
"""

from .page import PageForm, page_html
from .pictures import PagePictures

__all__ = ["PageForm", "PagePictures", "page_html"]

"""Code as HTML, each piece in the class that Pygments' own style sheets use."""

from functools import cache
from html import escape

from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import find_lexer_class_by_name, get_all_lexers

_FORMATTER = HtmlFormatter(nowrap=True)


def code_html(code: str, language: str) -> str:
    """Returns the inside of a `code` element; without classes where the language is not known.

    Args:
        code: as it is to be read.
        language: as a fence names it; empty for none.
    """
    name = language.lower()
    if name not in _known_names():
        return escape(code, quote=False)
    lexer = find_lexer_class_by_name(name)(stripnl=False)
    return str(highlight(code, lexer, _FORMATTER))


@cache
def _known_names() -> frozenset[str]:
    # Without plugins: these would be looked for among all packages.
    lexers = get_all_lexers(plugins=False)
    return frozenset(alias for _, aliases, _, _ in lexers for alias in aliases)

"""Captions as words, as COCO's scorers split them: the Penn Treebank's way, without punctuation.

COCO uses Stanford's PTBTokenizer 3.4.1 (`-preserveLines -lowerCase`) and then drops the tokens of
`PUNCTUATION`. What captions consist of is split here as there; text full of code or of rare signs
may differ. Source: https://github.com/tylin/coco-caption, pycocoevalcap/tokenizer.
"""

import re
from typing import Final

PUNCTUATION: Final = frozenset(
    ["''", "'", "``", "`", "-LRB-", "-RRB-", "-LCB-", "-RCB-", ".", "?", "!", ",", ":", "-", "--"]
) | {"...", ";"}
"""Tokens that are dropped. Brackets are not, since theirs come in small letters."""

_ABBREVIATED: Final = (
    r"(?:mr|mrs|ms|dr|prof|sr|jr|st|ave|blvd|rd|ft|no|vs|etc|inc|ltd|co|corp|gen|gov|sen|rep|lt|sgt"
    r"|col|capt|rev|hon|jan|feb|mar|apr|aug|sept|oct|nov|dec|mt|pp|dept|est|fig|esq|ph\.d)\."
)

_SUFFIX: Final = r"n't|'(?:s|re|ve|ll|d|m)"
_STEM: Final = r"[^\W_]+(?:[-/&][^\W_]+)*"
_NUMBER: Final = r"\d+(?:[.,:/]\d+)+(?:-[^\W_]+)*"

_TOKEN: Final = re.compile(
    rf"""
    (?P<address>https?://\S+|www\.\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
    | (?P<ellipsis>\.\.\.)
    | (?P<dashes>--+)
    | (?P<marks>[!?]{{2,}})
    | (?P<short>(?<![^\W_])(?:{_ABBREVIATED}|(?:[^\W\d_]\.){{2,}}))
    | (?P<number>{_NUMBER})
    | (?P<elided>'n'|ol'|o'clock)(?![^\W_])
    | (?P<suffix>(?<=[^\W_])(?:{_SUFFIX})(?![^\W_]))
    | (?P<word>(?:(?!n't\b){_STEM}?)(?=n't(?![^\W_]))|{_STEM})
    | (?P<opening>(?:(?<=^)|(?<=[\s(\[{{-]))["'])
    | (?P<closing>["'])
    | (?P<sign>\S)
    """,
    re.VERBOSE,
)

_WRITTEN: Final = {
    "(": "-lrb-",
    ")": "-rrb-",
    "[": "-lsb-",
    "]": "-rsb-",
    "{": "-lcb-",
    "}": "-rcb-",
}

_DIVIDED: Final = {
    "cannot": ("can", "not"),
    "gonna": ("gon", "na"),
    "gotta": ("got", "ta"),
    "wanna": ("wan", "na"),
    "gimme": ("gim", "me"),
    "lemme": ("lem", "me"),
}


def split_words(caption: str) -> list[str]:
    """Returns the words of a caption in small letters, without punctuation."""
    return [token for token in split_tokens(caption) if token not in PUNCTUATION]


def split_tokens(caption: str) -> list[str]:
    """Returns the tokens of a caption as PTBTokenizer writes them."""
    tokens: list[str] = []
    text = caption.lower().replace("’", "'").replace("‘", "'")
    for match in _TOKEN.finditer(text.replace("“", '"').replace("”", '"')):
        found = match[0]
        if match.lastgroup == "opening":
            tokens.append("``" if found == '"' else "`")
        elif match.lastgroup == "closing":
            tokens.append("''" if found == '"' else "'")
        elif match.lastgroup == "dashes":
            tokens.append("--")
        else:
            tokens += _DIVIDED.get(found, (_WRITTEN.get(found, found),))
    return tokens

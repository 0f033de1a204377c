"""JSON that servers send: taken as it comes, in any encoding, with numbers in any form."""

import json
import re
from typing import Any, Final

_NUMBER: Final = re.compile(r"(\d[\d,_]*(?:\.\d+)?)([kKmM]?)(?:i?[bB])?(?:tokens?)?")
"""Without spaces, of which a server may send any number."""

_LONGEST_NUMBER: Final = 100
"""Characters; what is longer is text."""

_FACTORS: Final = {"": 1, "k": 1024, "m": 1024**2}

_MOST_TOKENS: Final = 2**40
"""No number of tokens is larger; what says more is no number of tokens."""


def read_json(body: bytes) -> Any:
    """Returns what JSON says, whatever stands before it and whatever bytes are no UTF-8 in it.

    Raises:
        ValueError: it is no JSON.
    """
    text = body.decode("utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    try:
        value = json.loads(text.removeprefix("\ufeff").strip(), strict=False)
    except RecursionError as error:
        raise ValueError("too deep") from error
    return value


def read_tokens(value: Any) -> int:
    """Returns a number of tokens that is a number or text such as `8,192` or `32k`; 0 for none."""
    if isinstance(value, str):
        is_short = len(value) <= _LONGEST_NUMBER
        match = _NUMBER.fullmatch("".join(value.split())) if is_short else None
        if match is None:
            return 0
        value = float(re.sub("[,_]", "", match[1])) * _FACTORS[match[2].lower()]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return int(value) if 1 <= value <= _MOST_TOKENS else 0

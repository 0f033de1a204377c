"""What every refusal has in common."""

import re
from typing import Any


def assert_one_sentence(answer: Any, *words: str) -> None:
    """One sentence with these words, none of a library's, and no network only where it says so."""
    assert answer.files is None
    sentence = answer.sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert not re.search(r"Error\b|Errno|_ssl\.c|Client Error|Traceback|HTTPStatus|\?\.", sentence)
    for word in words:
        assert word in sentence
    assert ("no network" in sentence) == ("no network" in words)

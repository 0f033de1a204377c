"""How an answer ended, and the sentence about an ending that is no success."""

from typing import Final, NamedTuple

from ..conversation import FinishReason, has_words
from ..engine.engine import AnswerEnd


class Ending(NamedTuple):
    """What becomes of an answer."""

    finish_reason: FinishReason
    error: str = ""
    """What went wrong and what to do, one sentence; empty where nothing did."""


_FILTERED: Final = "The server's filter cut the answer off: ask in other words or another model."
_FILTERED_WHOLLY: Final = (
    "The server's filter let no answer through: ask in other words or another model."
)
_EMPTY: Final = "The model gave an empty answer: ask again or in other words."
_EMPTY_AT_LIMIT: Final = (
    "The answer is empty: its token limit was reached before the first word. Raise max_tokens in "
    "config.toml and ask again."
)
_THOUGHTS_ONLY: Final = "The model ended after thinking, without an answer: ask again."
_THOUGHTS_AT_LIMIT: Final = (
    "The model was still thinking when its token limit was reached, and gave no answer: raise "
    "max_tokens in config.toml and ask again."
)


def judge_end(end: AnswerEnd, text: str, thoughts: str) -> Ending:
    """Returns how an answer ended, by what the engine says and what came of it.

    An engine knows why it ended; whether that is an answer is decided here, for every engine.
    """
    if end.finish_reason == "filtered":
        return Ending("filtered", _FILTERED if has_words(text) else _FILTERED_WHOLLY)
    if end.finish_reason not in ("stop", "length") or has_words(text):
        return Ending(end.finish_reason)
    is_at_limit = end.finish_reason == "length"
    early = end.stats.ended_early
    if has_words(thoughts):
        told = _THOUGHTS_AT_LIMIT if is_at_limit else _THOUGHTS_ONLY
        return Ending("thoughts_only", early or told)
    return Ending("empty", early or (_EMPTY_AT_LIMIT if is_at_limit else _EMPTY))

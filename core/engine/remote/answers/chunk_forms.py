"""What stands where in a chunk of an answer: the forms that servers give text, errors and counts.

Everything here takes JSON of any form without failing, and says "" or {} where nothing is.
"""

from collections.abc import Iterator
from typing import Any, Final

from ....conversation import FinishReason

_MOST_TOKENS: Final = 2**40
"""No count is larger; what says more is no count."""

_THOUGHTS_FIELDS: Final = (
    "reasoning_content",
    "reasoning",
    "thinking",
    "reasoning_details",
    "thinking_blocks",
)
"""Some servers send the same thoughts in two of them."""

_THINKING_TYPES: Final = ("thinking", "reasoning", "thought")
"""Parts of a content that are thoughts begin their `type` so."""

_FILTER_WORDS: Final = (
    *("filter", "safety", "sensitive", "refus", "moderat", "prohibited", "block", "recitation"),
    *("toxic", "guardrail", "censor", "policy", "spii"),
)
_FAILURE_WORDS: Final = (
    *("error", "abort", "fail", "cancel", "interrupt", "insufficient", "malformed", "unexpected"),
    *("timeout", "timed_out", "time_limit"),
)
_LIMIT_WORDS: Final = ("length", "max_", "token_limit", "context_window", "truncated")


PROMPT_COUNTS: Final = ("prompt_tokens", "input_tokens", "prompt_eval_count")
ANSWER_COUNTS: Final = ("completion_tokens", "output_tokens", "eval_count")
CACHED_COUNTS: Final = (
    *("cached_tokens", "prompt_cache_hit_tokens", "cache_read_input_tokens"),
    "num_cached_tokens",
)


def read_finish_reason(said: str) -> FinishReason:
    """Returns what a server's finish reason amounts to; one that nobody knows is `stop`."""
    words = said.lower()
    if any(word in words for word in _FILTER_WORDS):
        return "filtered"
    if any(word in words for word in _FAILURE_WORDS):
        return "failed"
    return "length" if any(word in words for word in _LIMIT_WORDS) else "stop"


def as_fields(value: Any) -> dict[str, Any]:
    """Returns the value if it is an object."""
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:
    """Returns the value if it is a list."""
    return value if isinstance(value, list) else []


def find_choices(chunk: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns the choices of a chunk, in OpenAI's form whatever form they have."""
    if found := [choice for choice in _items(chunk.get("choices")) if as_fields(choice)]:
        return found
    reason = chunk.get("done_reason") or ("stop" if chunk.get("done") is True else None)
    if message := as_fields(chunk.get("message")):
        # Ollama's own form.
        kind = "delta" if "done" in chunk else "message"
        return [{kind: message, "finish_reason": reason}]
    if isinstance(chunk.get("response"), str):
        # That of Ollama's plain completions and of Cloudflare's Workers AI.
        return [{"delta": {"content": chunk["response"]}, "finish_reason": reason}]
    return []


def is_empty_chunk(chunk: dict[str, Any]) -> bool:
    """Returns whether a chunk is one without choices, as with the results of a filter."""
    return "choices" in chunk and not chunk["choices"]


def name_finish_reason(value: Any) -> str:
    """Returns a finish reason as the server says it, "" while there is none."""
    if isinstance(value, dict):
        value = value.get("type")
    # DashScope and others write the word for "not yet".
    is_said = isinstance(value, str) and value.lower() not in ("", "null", "none")
    return value if is_said else ""


def read_content(content: Any) -> tuple[str, str]:
    """Returns text and thoughts of a `content`: a string, a part, or a list of parts."""
    if isinstance(content, str):
        return content, ""
    if isinstance(content, list):
        pairs = [read_content(part) for part in content]
        return "".join(text for text, _ in pairs), "".join(thoughts for _, thoughts in pairs)
    part = as_fields(content)
    if str(part.get("type", "")).startswith(_THINKING_TYPES):
        return "", read_thoughts(part)
    return read_content(part["text"]) if part.get("text") else ("", "")


def read_thoughts(value: Any) -> str:
    """Returns the text of thoughts: a string, an object that holds it, or a list of such."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(read_thoughts, value))
    named = (as_fields(value).get(name) for name in ("text", "thinking", "summary", "content"))
    return next(filter(None, map(read_thoughts, filter(None, named))), "")


def read_message(message: dict[str, Any]) -> tuple[str, str]:
    """Returns text and thoughts of a `delta` or a `message`."""
    text, thoughts = read_content(message.get("content") or message.get("text"))
    if not thoughts:
        found = (read_thoughts(message.get(name)) for name in _THOUGHTS_FIELDS)
        thoughts = next(filter(None, found), "")
    return text, thoughts


def read_error(chunk: dict[str, Any]) -> Any:
    """Returns what a chunk says went wrong, as a string or an object with a `message`, or None."""
    for holder in (chunk, *map(as_fields, _items(chunk.get("choices")))):
        if error := holder.get("error") or as_fields(holder.get("x_groq")).get("error"):
            return error
    state = as_fields(chunk.get("base_resp"))
    if state.get("status_code"):
        return {"message": state.get("status_msg"), "code": state["status_code"]}
    if chunk.get("error_code"):
        # FastChat puts the words where a text would stand.
        return {"message": _complaint(chunk) or chunk.get("text"), "code": chunk["error_code"]}
    if "choices" in chunk:
        return None
    if error := chunk.get("detail") or chunk.get("errors"):
        return error
    return {"message": _complaint(chunk)} if _is_complaint(chunk) and _complaint(chunk) else None


def _is_complaint(chunk: dict[str, Any]) -> bool:
    """Returns whether a chunk that has a message for us names it an error, in any of the ways."""
    kinds = " ".join(str(chunk.get(name, "")) for name in ("object", "type", "status")).lower()
    code, status = (_as_count(chunk.get(name)) for name in ("code", "status"))
    is_good_code = code is not None and (code == 0 or 200 <= code < 300)
    return (
        any(word in kinds for word in _FAILURE_WORDS)
        or chunk.get("success") is False
        or (bool(chunk.get("code")) and not is_good_code)
        or (status or 0) >= 400
    )


def _complaint(chunk: dict[str, Any]) -> str:
    names = ("message", "error_msg", "msg")
    return next((said for name in names if isinstance(said := chunk.get(name), str) and said), "")


def find_usages(chunk: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yields the objects in which a chunk may count tokens."""
    holders = [chunk, as_fields(chunk.get("x_groq")), *map(as_fields, _items(chunk.get("choices")))]
    for holder in holders:
        if usage := as_fields(holder.get("usage")):
            yield usage
    # Ollama's own form counts at the top.
    if "eval_count" in chunk:
        yield chunk


def read_count(fields: dict[str, Any], *names: str) -> int | None:
    """Returns the first count under one of the names, also one level deeper; None without one."""
    for holder in (fields, *filter(None, map(as_fields, fields.values()))):
        for name in names:
            if (count := _as_count(holder.get(name))) is not None:
                return count
    return None


def _as_count(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return int(number) if 0 <= number <= _MOST_TOKENS else None

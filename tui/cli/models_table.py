"""Models as lines of text: a table that is as wide as the terminal, or all about one."""

from collections.abc import Collection, Sequence
from shutil import get_terminal_size
from typing import Final

from ...core.models.facts import ModelFacts
from ...core.models.memory import format_bytes

_HEAD: Final = ("size", "weights", "licence", "context", "memory", "reuse")

_UNKNOWN: Final = "-"

_LOADED: Final = "*"


def format_list(models: Sequence[ModelFacts], loaded: Collection[str]) -> str:
    """Returns one line a model, or two where the terminal is too narrow for that.

    Args:
        models: to list.
        loaded: names of those that are loaded, which get a mark.
    """
    names = [f"{_LOADED if it.name in loaded else ' '} {it.name}" for it in models]
    rows = [_HEAD, *map(_cells, models)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    longest = max(map(len, ("  name", *names)))
    if longest + 2 + sum(widths) + 2 * len(widths) <= get_terminal_size().columns:
        labels = ["  name", *names]
        return "".join(
            f"{label:<{longest}}  {line}\n" for label, line in zip(labels, lines, strict=True)
        )
    pairs = zip(names, lines[1:], strict=True)
    body = "".join(f"{name}\n    {line}\n" for name, line in pairs)
    return f"  name\n    {lines[0]}\n{body}"


def describe_model(model: ModelFacts, *, is_loaded: bool) -> str:
    """Returns all that is known of one model, a line each."""
    has_files = model.kind != "endpoint" and not model.problem
    rows = [
        ("name", f"{model.name}{' (loaded)' if is_loaded else ''}"),
        ("place", model.place),
        ("on disk", format_bytes(model.disk_bytes) if model.disk_bytes else ""),
        ("problem", model.problem),
        ("family", model.family),
        ("size", _parameters(model.parameters)),
        ("weights", model.quantisation),
        ("licence", model.licence or ("none stated in its files" if has_files else "")),
        ("context", _tokens(model.context_length)),
        *_memory_rows(model),
        ("reuse", _reuse(model)),
        ("fits", model.proposal.sentence if model.proposal else ""),
    ]
    return "".join(f"{label:8} {value}\n" for label, value in rows if value)


def _cells(model: ModelFacts) -> tuple[str, ...]:
    if model.kind == "endpoint":
        return (_UNKNOWN, "endpoint", _UNKNOWN, _short_tokens(model.context_length), "none", "-")
    if model.problem:
        size = format_bytes(model.disk_bytes)
        return (size, "can't run", model.licence or _UNKNOWN, _UNKNOWN, _UNKNOWN, _UNKNOWN)
    memory = list(model.memory.items())
    return (
        format_bytes(model.disk_bytes),
        model.quantisation or _UNKNOWN,
        model.licence or _UNKNOWN,
        _short_tokens(model.context_length),
        f"{format_bytes(memory[0][1])} at {_short_tokens(memory[0][0])}" if memory else _UNKNOWN,
        model.known.reuse if model.known else _UNKNOWN,
    )


def _memory_rows(model: ModelFacts) -> list[tuple[str, str]]:
    its = model.footprint
    if its is None:
        return []
    parts = [
        f"{format_bytes(count)} at {tokens:,} tokens" for tokens, count in model.memory.items()
    ]
    picture = f"{its.picture_tokens:,} tokens at most" if its.picture_tokens else ""
    work = f", {format_bytes(its.picture_bytes)} while it is encoded" if its.picture_bytes else ""
    return [
        ("memory", ", ".join(parts)),
        ("", f"of it {format_bytes(its.weights_bytes)} of weights"),
        ("", f"and {format_bytes(its.kv_token_bytes)} for each token"),
        ("picture", picture and picture + work),
    ]


def _reuse(model: ModelFacts) -> str:
    if model.kind == "endpoint" or model.problem:
        return ""
    if model.known is None:
        return "found out when it is loaded first"
    return f"{model.known.reuse}{f': {model.known.reason}' if model.known.reason else ''}"


def _tokens(count: int) -> str:
    return f"{count:,} tokens" if count else ""


def _short_tokens(count: int) -> str:
    if not count:
        return _UNKNOWN
    return f"{count // 1024}k" if count % 1024 == 0 else f"{count:,}"


def _parameters(count: int) -> str:
    if not count:
        return ""
    return f"{count / 1e9:.2f} billion" if count >= 10**9 else f"{count / 1e6:.1f} million"

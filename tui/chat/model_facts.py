"""What a list says of a model: a row, and the lines of the one at the cursor."""

from textual.content import Content

from ...core.messages.listed_model import ListedModel
from ..shortened import fit_middle
from ..sizes import in_bytes
from ..visible import visible_line

_NAME_CELLS = 38
"""Most cells of a name, so that the facts fit a terminal of 80 columns beside it."""


def model_row(model: ListedModel, name_width: int, *, is_loaded: bool) -> Content:
    """Returns a model on one line, its facts below those of the others.

    Args:
        model: the model.
        name_width: cells of the longest name.
        is_loaded: whether it has the mark of the one that answers.
    """
    width = min(name_width, _NAME_CELLS)
    name = fit_middle(visible_line(model.name), width)
    mark = "• " if is_loaded else "  "
    return Content.assemble(
        (mark, "$accent"), f"{name}  ", (visible_line(_facts(model)), "$text-muted")
    )


def model_facts(model: ListedModel) -> list[str]:
    """Returns all that is known of a model, in lines without those that are empty."""
    if model.problem:
        return [model.problem]
    kind = (model.family, _tokens("context", model.context_length), model.licence)
    needed = ""
    if model.needed_bytes:
        size = in_bytes(model.needed_bytes)
        needed = f"Takes {size} of memory with a conversation of {model.needed_context:,} tokens."
    lines = (
        " · ".join(it for it in kind if it),
        model.advice or needed,
        _reuse(model),
    )
    return [line for line in lines if line]


def _facts(model: ListedModel) -> str:
    if model.problem:
        return "can't be loaded"
    if model.kind == "endpoint":
        return _joined("endpoint", _tokens("", model.context_length))
    return _joined(
        in_bytes(model.size_bytes),
        model.quantisation,
        _tokens("", model.context_length),
        f"takes {in_bytes(model.needed_bytes)}" if model.needed_bytes else "",
        model.reuse and f"reuse {model.reuse}",
    )


def _reuse(model: ListedModel) -> str:
    if model.kind == "endpoint":
        return ""
    if not model.reuse:
        return "What it reuses of earlier turns is found out when it is loaded first."
    reason = f": {model.reuse_reason}" if model.reuse_reason else ""
    return f"Reuse of earlier turns: {model.reuse}{reason}."


def _tokens(label: str, count: int) -> str:
    if not count:
        return ""
    short = f"{count // 1024}k" if count % 1024 == 0 else f"{count:,}"
    return f"{label} {short} tokens".strip() if label else short


def _joined(*facts: str) -> str:
    return " · ".join(fact for fact in facts if fact)

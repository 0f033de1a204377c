"""The heading of a message: whose it is, when it was sent, and which of its versions it is."""

from rich.segment import Segment

from ...core.conversation import Message
from ..status_words import named_with
from ..visible import visible_line
from .line import Line, wrap
from .look import Look


def heading(message: Message, model_before: str, look: Look) -> list[Line]:
    """Returns the heading's lines.

    Args:
        message: below it.
        model_before: what gave the answer before this one; a change is named.
        look: of the log.
    """
    is_user, palette = message.role == "user", look.palette
    name = Segment("you" if is_user else "answer", palette.user if is_user else palette.answer)
    beside = [*_marks(message), *_changed_model(message, model_before), *_time(message, look)]
    facts = (Segment(f"  {it}", palette.muted) for it in beside)
    return wrap([name, *facts], look.width)


def model_of(message: Message) -> str:
    """Returns the name of the model that gave an answer, with its adapter's; empty for none."""
    return named_with(message.model, message.adapter)


def has_other_model(message: Message, model_before: str) -> bool:
    """Whether another model gave this answer than the one before."""
    name = model_of(message)
    return bool(name and model_before) and name != model_before


def _marks(message: Message) -> list[str]:
    """Returns whose words an answer is, whether prompts leave it out, and its version."""
    siblings = message.siblings
    marks = ["corrected by you"] if message.is_corrected else []
    marks += ["left out"] if message.is_left_out else []
    if len(siblings) > 1 and message.id in siblings:
        marks.append(f"{siblings.index(message.id) + 1}/{len(siblings)}")
    return marks


def _changed_model(message: Message, model_before: str) -> list[str]:
    is_other = has_other_model(message, model_before)
    return [visible_line(model_of(message))] if is_other else []


def _time(message: Message, look: Look) -> list[str]:
    if not look.now:
        return []
    from ..ages import moment

    return [moment(message.created_at, look.now * 60)]

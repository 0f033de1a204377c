"""The steps back of the chat's screen, from what was opened last to the prompt."""

from typing import TYPE_CHECKING

from ..keys.way_back import Step, WayBack

if TYPE_CHECKING:
    from .chat_screen import ChatScreen


def steps_back(screen: "ChatScreen") -> WayBack:
    """Returns what can be left or stopped on the screen: the innermost first, the prompt last."""

    def close_overlay() -> None:
        screen.panels.close_overlay()
        screen.prompt.focus()

    return WayBack(
        Step(
            "stop selecting",
            lambda: screen.chat.log_view.is_selecting,
            lambda: screen.chat.log_view.action_leave_lines(),
        ),
        Step(
            "leave boxes",
            lambda: screen.chat.log_view.chosen is not None,
            lambda: screen.chat.log_view.action_leave_marks(),
        ),
        Step(
            "leave search",
            lambda: screen.chat.log_view.has_focus and screen.chat.log_view.found is not None,
            lambda: screen.chat.leave_search(),
        ),
        Step(
            "leave filter",
            lambda: screen.panels.is_filtering,
            lambda: screen.panels.leave_filter(),
        ),
        Step("close", lambda: screen.panels.has_overlay, close_overlay),
        Step(
            "cancel edit",
            lambda: screen.session.unsent.is_editing and screen.prompt.has_focus,
            lambda: screen.chat.leave_edit(),
        ),
        Step(
            "close notice",
            lambda: bool(screen.session.decisions.open) or screen.chat.core_notice.display,
            lambda: screen.chat.close_notice(),
        ),
        Step("stop", lambda: screen.session.turns.can_stop, lambda: screen.action_stop()),
        Step(
            "prompt",
            lambda: screen.focused not in (None, screen.prompt),
            lambda: screen.prompt.focus(),
        ),
        Step(
            "cancel loading",
            lambda: screen.session.model.is_loading_asked,
            lambda: screen.action_cancel_load(),
        ),
    )

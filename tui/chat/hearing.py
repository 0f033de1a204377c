"""Lets a widget hear a session's events for as long as it is on screen."""

from collections.abc import Callable

from textual.widget import Widget

from ..session.broadcast import Broadcast, EventT


def hear(
    widget: Widget,
    events: Broadcast,
    kind: type[EventT],
    listener: Callable[[EventT], object],
) -> None:
    """Has a mounted widget told of every event of a kind, until it or the app goes.

    Its parts go before it, so that it hears nothing from the moment on that it is to go.

    Args:
        widget: whose parts the listener changes.
        events: of the session on screen.
        kind: class of the events.
        listener: called at once with each of them.
    """

    def tell(event: EventT) -> None:
        if widget.is_attached and widget.app.is_running and not _is_going(widget):
            listener(event)
        else:
            end()

    end = events.listen(kind, tell)


def _is_going(widget: Widget) -> bool:
    # Of one that is being removed Textual says so, whatever its styles say.
    return widget.styles.display != "none" and not widget.display

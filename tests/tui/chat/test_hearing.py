"""A widget hears a session while it is on screen, and no longer."""

from textual.app import App
from textual.widgets import Static

from seeshell.tui.chat.hearing import hear
from seeshell.tui.session.broadcast import Broadcast
from seeshell.tui.session.events import AnswerGrew


async def test_a_widget_hears_until_it_is_gone_and_then_is_forgotten() -> None:
    events, heard = Broadcast(), []
    app: App[None] = App()
    async with app.run_test():
        stays, goes = Static(), Static()
        await app.mount(stays, goes)
        hear(stays, events, AnswerGrew, lambda it: heard.append(("stays", it.text)))
        hear(goes, events, AnswerGrew, lambda it: heard.append(("goes", it.text)))
        events.tell(AnswerGrew(2, "a"))
        await goes.remove()
        events.tell(AnswerGrew(2, "b"))
        assert heard == [("stays", "a"), ("goes", "a"), ("stays", "b")]
        assert len(events._listeners) == 1
    events.tell(AnswerGrew(2, "c"))
    assert heard[-1] == ("stays", "b")
    assert not events._listeners


async def test_what_is_being_removed_hears_no_more() -> None:
    events, heard = Broadcast(), []
    app: App[None] = App()
    async with app.run_test():
        goes = Static("goes")
        await app.mount(goes)
        hear(goes, events, AnswerGrew, lambda it: heard.append(it.text))
        removing = goes.remove()
        # Its parts may be gone already: a listener that looks for one would end the app.
        events.tell(AnswerGrew(2, "a"))
        assert heard == []
        await removing

"""Words searched for in a conversation, from the keyboard, and a conversation opened at a hit."""

from seeshell.core.kept import Hit, Span
from seeshell.tui.session.found_place import FoundPlace

from ...running_core import RunningCore
from ..conftest import AppUser, OpenApp

FIRST = "how many shapes, qüx?"
SECOND = "which colours do the qux have?"


async def asked_twice(user: AppUser) -> int:
    for text in (FIRST, SECOND):
        await user.ask(text)
    conversation = user.chat.session.conversation
    assert conversation is not None
    return conversation


async def test_a_search_is_typed_walked_and_left_where_it_began(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await asked_twice(user)
        await user.press("shift+tab", "slash", *"QÙX")
        await user.sees("/QÙX", "1 of 2", "enter walk")
        await user.press("down")
        await user.sees("2 of 2")
        await user.press("enter")
        await user.sees("n next  N previous", "esc leave search")
        await user.press("n")
        await user.sees("1 of 2")
        await user.press("escape")
        await user.until(lambda: "1 of 2" not in user.screen)
        assert user.chat.chat.log_view.has_focus
        await user.press("slash", *"zebra")
        await user.sees("not found")
        await user.press("escape")
        await user.sees("esc prompt")
        assert user.chat.chat.log_view.following


async def test_a_conversation_opens_at_a_hit_in_the_branch_that_holds_it(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        conversation = await asked_twice(user)
        hidden = user.messages[2]
        await user.press("shift+tab", "k", "e", "ctrl+u", *"again")
        await user.press("enter")
        await user.until(
            lambda: user.messages[2].text == "again" and user.messages[-1].finish_reason
        )
        user.chat.session.shown.start_new()
        hit = Hit(conversation, hidden.id, "text", "which colours", (Span(6, 13),))
        await user.chat.session.shown.open(conversation, FoundPlace.of(hit, "qux colours"))
        await user.sees("/qux colours", "2 of 3", SECOND)
        assert user.messages[2].id == hidden.id
        await user.press("ctrl+n")
        await user.until(lambda: "2 of 3" not in user.screen)


async def test_times_are_shown_on_request(open_app: OpenApp, shared_demo_core: RunningCore) -> None:
    async with open_app(shared_demo_core) as user:
        await user.ask(FIRST)
        assert "just now" not in user.screen
        await user.press("shift+tab", "T")
        await user.sees("(just now)")
        await user.press("T")
        await user.until(lambda: "just now" not in user.screen)

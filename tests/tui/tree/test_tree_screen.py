"""The tree above the chat, from the keyboard, on a real core."""

from textual.widgets import Static

from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.tree.compare_screen import CompareScreen
from seeshell.tui.tree.tree_screen import TreeScreen

from ...running_core import RunningCore
from ..conftest import AppUser, OpenApp

FIRST = "how many shapes?"


async def branched(user: AppUser) -> list[int]:
    """Asks, has it answered again, and edits the question; returns the ids, oldest first."""
    await user.ask(FIRST)
    ids = [it.id for it in user.messages]
    await user.press("ctrl+r")
    await user.until(lambda: user.messages[-1].id not in ids and user.messages[-1].finish_reason)
    ids.append(user.messages[-1].id)
    await user.press("shift+tab", "e", "ctrl+u", *"which", "enter")
    await user.until(lambda: user.messages[0].text == "which" and user.messages[-1].finish_reason)
    return ids + [it.id for it in user.messages]


async def open_tree(user: AppUser) -> TreeScreen:
    await user.press("alt+t")
    await user.until(lambda: isinstance(user.app.screen, TreeScreen))
    screen = user.app.screen
    assert isinstance(screen, TreeScreen)
    return screen


def rows(user: AppUser) -> list[str]:
    return [
        line.rstrip() for line in user.screen.splitlines() if " you " in line or "answer" in line
    ]


async def test_branches_are_walked_compared_deleted_restored_and_gone_to(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        ids = await branched(user)
        tree = await open_tree(user)
        await user.sees("5 messages in 3 branches", "├ you", "▎ └ you", "2/2")
        assert len(rows(user)) == 5
        assert row_of(tree) == ids[4]
        await user.press("left", "[")
        assert row_of(tree) == ids[0]
        await user.press("right")
        assert row_of(tree) == ids[2]
        await user.press("left", "]")
        await compare(user, ids[0], ids[3])
        await user.until(lambda: user.app.screen is tree)
        assert row_of(tree) == ids[3]
        await user.press("d")
        await user.sees("3 messages in 2 branches", "2 messages are deleted", "u undo")
        assert user.messages[0].id == ids[0]
        await user.press("u")
        await user.sees("5 messages in 3 branches")
        assert [it.id for it in user.messages] == ids[3:]
        await user.press("home", "right", "[", "enter")
        await user.until(lambda: [it.id for it in user.messages] == ids[:2])
        assert user.chat.chat.log_view.has_focus
        await user.press("d")
        await user.until(lambda: [it.id for it in user.messages] == [ids[0], ids[2]])
        await user.press("u")
        await user.until(lambda: [it.id for it in user.messages] == ids[:2])


async def test_what_was_deleted_before_is_brought_back_by_another_window(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await branched(user)
        await open_tree(user)
        await user.press("d")
        await user.sees("4 messages in 3 branches · 1 deleted: u brings back “I can")
        conversation = user.chat.session.conversation
    async with open_app(shared_demo_core, launch=LaunchOptions(chat=conversation)) as user:
        await user.until(lambda: user.messages)
        await open_tree(user)
        await user.sees("1 deleted: u brings back “", "u undo")
        await user.press("u")
        await user.sees("5 messages in 3 branches")
        assert "deleted" not in user.screen
        assert len(rows(user)) == 5


async def compare(user: AppUser, left: int, right: int) -> None:
    """Reads two versions of the question side by side, and one below the other."""
    await user.press("s")
    await user.until(lambda: isinstance(user.app.screen, CompareScreen))
    screen = user.app.screen
    assert isinstance(screen, CompareScreen)
    assert [log.message.id for log in screen.logs] == [left, right]
    await user.until(lambda: "nothing is marked" in str(screen.query_one(Static).visual))
    await user.press("o")
    await user.until(lambda: screen.left.region.y < screen.right.region.y)
    await user.press("escape")


async def test_a_question_elsewhere_is_answered_again_edited_and_asked_of_another_model(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        ids = await branched(user)
        await open_tree(user)
        await user.press("home", "right", "r")
        await user.until(lambda: len(user.messages) == 2 and user.messages[1].id not in ids)
        await user.until(lambda: user.messages[1].finish_reason)
        assert user.messages[0].id == ids[0]
        assert len(user.messages[1].siblings) == 3
        await open_tree(user)
        await user.press("end", "left", "e")
        await user.until(lambda: user.chat.prompt.text == "which")
        assert user.messages[0].id == ids[3]
        await user.press("escape")
        await open_tree(user)
        await user.press("a")
        await user.sees("Filter, or owner/name")
        await user.press(*"demo", "enter")
        await user.sees("demo answers, and")
        await user.until(lambda: user.messages[-1].id not in ids)
        await user.until(lambda: user.messages[-1].finish_reason)
        assert user.chat.session.kept.choices.model


def row_of(tree: TreeScreen) -> int | None:
    return tree.view.row.id if tree.view.row else None

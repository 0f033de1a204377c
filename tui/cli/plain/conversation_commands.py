"""Commands about conversations: to find, open, rename and delete them."""

from ....core.private_ids import is_private
from .desk import Desk
from .words import conversation_words, numbered

_MOST = 30
"""Rows of a list that is printed; more are counted."""


async def new(desk: Desk, _argument: str) -> None:
    """Starts a new conversation."""
    desk.session.shown.start_new()


async def new_private(desk: Desk, _argument: str) -> None:
    """Starts a conversation that never touches the disk."""
    desk.session.shown.start_new(is_private=True)


async def list_all(desk: Desk, argument: str) -> None:
    """Lists the conversations whose title or messages hold the words, or as the notation says."""
    await desk.session.conversations.find(argument)
    view = desk.session.conversations.view
    if view.problem:
        desk.teller.tell(view.problem)
        return
    lines = [conversation_words(it) for it in desk.listed[:_MOST]]
    if len(view) > _MOST:
        lines.append(f"And {len(view) - _MOST:,} more: name words behind /list.")
    desk.teller.tell(*(lines or ["There is no such conversation."]))


async def open_stored(desk: Desk, argument: str) -> None:
    """Opens a conversation by its number, the newest without one."""
    number = await _number(desk, argument)
    if number is not None:
        await desk.session.shown.open(number)


async def rename(desk: Desk, argument: str) -> None:
    """Gives the conversation that is shown a title."""
    conversation = desk.session.conversation
    if conversation is None or not argument:
        desk.teller.tell("Open a conversation, and write its title behind /rename.")
        return
    await desk.session.conversations.rename(conversation, argument)
    desk.teller.tell(f"It is called {argument} now.")


async def delete(desk: Desk, argument: str) -> None:
    """Deletes a conversation by its number, that which is shown without one."""
    shown = desk.session.conversation
    number = shown if not argument else await _number(desk, argument)
    if number is None:
        desk.teller.tell("Name the number of a conversation: /list has them.")
        return
    if await desk.session.deletions.delete(number):
        back = "that can't be undone" if is_private(number) else "/undelete takes that back"
        desk.teller.tell(f"Conversation {number} is deleted; {back}.")


async def undelete(desk: Desk, _argument: str) -> None:
    """Takes the last deletion back."""
    number = desk.session.conversations.last_deleted
    if number is None:
        desk.teller.tell("No conversation was deleted here.")
        return
    await desk.session.deletions.restore(number)
    desk.teller.tell(f"Conversation {number} is there again.")


async def restore(desk: Desk, _argument: str) -> None:
    """Restores the conversation that is shown, which was deleted elsewhere."""
    await desk.session.deletions.restore_shown()


async def search(desk: Desk, argument: str) -> None:
    """Lists what was asked before with the words."""
    found = await desk.session.conversations.find_questions(argument)
    lines = numbered([" ".join(it.split()) for it in found[:_MOST]])
    desk.teller.tell(*(lines or ["No question has these words."]))


async def show(desk: Desk, argument: str) -> None:
    """Prints messages again."""
    if not desk.messages.all:
        desk.teller.tell("There is no message yet.")
    elif argument == "all":
        desk.teller.print_messages(None)
    else:
        desk.teller.print_messages(int(argument) if argument.isdecimal() and int(argument) else 2)


async def _number(desk: Desk, argument: str) -> int | None:
    if argument.isdecimal():
        return int(argument)
    if argument:
        desk.teller.tell("Name the number of a conversation: /list has them.")
        return None
    newest = await desk.session.conversations.newest()
    if newest is None:
        desk.teller.tell("There is no conversation yet.")
    return newest

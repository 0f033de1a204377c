"""Commands about questions and answers of the conversation that is shown."""

from ....core.messages.requests import ForkConversation, SwitchBranch
from ...chat.marked import Marked
from ...session.context_room import find_change, take_offer
from .desk import Desk

_NOTHING = "There is no message yet."


async def send(desk: Desk, _argument: str) -> None:
    """Sends what was kept from before."""
    await desk.session.submit(desk.session.draft.text)


async def regenerate(desk: Desk, _argument: str) -> None:
    """Has the last answer given again, beside the one that stands."""
    message = desk.messages.last.message
    if message is None:
        desk.teller.tell(_NOTHING)
    else:
        await desk.session.answers.regenerate(message.id)


async def finish(desk: Desk, _argument: str) -> None:
    """Has the last answer go on where it was cut off."""
    answer = desk.messages.last.cut_off
    if answer is None:
        desk.teller.tell("The last answer was not cut off.")
    else:
        await desk.session.answers.finish(answer.id)


async def edit(desk: Desk, _argument: str) -> None:
    """Brings the last question into the prompt; what is sent takes its place."""
    _begin_edit(desk, answers=False)


async def correct(desk: Desk, _argument: str) -> None:
    """Brings the last answer into the prompt; what is written stands beside the model's."""
    _begin_edit(desk, answers=True)


async def fork(desk: Desk, _argument: str) -> None:
    """Goes on in a new conversation with a copy of all messages."""
    message, conversation = desk.messages.last.message, desk.session.conversation
    if message is None or conversation is None:
        desk.teller.tell(_NOTHING)
    else:
        await desk.session.shown.branch(
            ForkConversation(conversation=conversation, message=message.id)
        )


async def older(desk: Desk, _argument: str) -> None:
    """Shows the version before."""
    await _switch(desk, -1)


async def newer(desk: Desk, _argument: str) -> None:
    """Shows the version after."""
    await _switch(desk, 1)


async def leave_out(desk: Desk, _argument: str) -> None:
    """Leaves the last question and its answer out of later prompts, or takes them in again."""
    await _change(desk, "question")


async def leave_out_before(desk: Desk, _argument: str) -> None:
    """Leaves out all before the last question, or takes it in again."""
    await _change(desk, "before")


async def take_back(desk: Desk, _argument: str) -> None:
    """Takes the last message that waits back."""
    if desk.session.queue.can_take_back:
        await desk.session.queue.take_back()
    else:
        desk.teller.tell("No message waits.")


async def resume(desk: Desk, _argument: str) -> None:
    """Has the messages answered that were paused."""
    conversation = desk.session.conversation
    if conversation is None or not desk.session.turns.are_paused:
        desk.teller.tell("Nothing is paused.")
    else:
        await desk.session.queue.resume(conversation)


async def stop(desk: Desk, _argument: str) -> None:
    """Stops the answer, as of another window in this conversation."""
    await desk.session.answers.stop()


async def thoughts(desk: Desk, _argument: str) -> None:
    """Prints thoughts from now on, or no longer."""
    desk.teller.prints_thoughts = not desk.teller.prints_thoughts
    desk.teller.tell(f"Thoughts are {'' if desk.teller.prints_thoughts else 'not '}printed.")


async def receipts(desk: Desk, _argument: str) -> None:
    """Prints what answers took, or no longer."""
    desk.teller.prints_receipts = not desk.teller.prints_receipts
    desk.teller.tell(f"Receipts are {'' if desk.teller.prints_receipts else 'not '}printed.")


async def make_room(desk: Desk, _argument: str) -> None:
    """Leaves out what is oldest, and asks again what did not fit."""
    session, decision = desk.session, desk.session.decisions.newest
    if decision is None or not session.decisions.offers("leave out"):
        desk.teller.tell("The context has room.")
        return
    if await take_offer(session, decision):
        await session.submit(session.draft.text)


def _begin_edit(desk: Desk, *, answers: bool) -> None:
    last = desk.messages.last
    message = last.answer if answers else last.question
    if message is None:
        desk.teller.tell(_NOTHING)
        return
    desk.session.unsent.begin_edit(message, Marked(desk.messages.all, message).number)
    desk.teller.tell("Change it and press Enter, or /drop leaves it as it was.")


async def _switch(desk: Desk, distance: int) -> None:
    version, conversation = desk.messages.last.version(distance), desk.session.conversation
    if version is None or conversation is None:
        desk.teller.tell("There is no other version.")
        return
    request = SwitchBranch(conversation=conversation, message=version)
    await desk.session.shown.branch(request, version)


async def _change(desk: Desk, what: str) -> None:
    messages, conversation = desk.messages.all, desk.session.conversation
    question = desk.messages.last.question
    change = find_change(what, messages, question, None) if question else None
    if change is None or conversation is None:
        desk.teller.tell(_NOTHING)
    elif await desk.session.shown.branch(change.request(conversation)):
        desk.teller.tell(change.sentence)

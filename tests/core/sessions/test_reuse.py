"""What the real core, with the model that comes with it, computes again on each kind of turn."""

import asyncio
import stat
from pathlib import Path

import pytest

from seeshell.core.conversation import Message
from seeshell.core.errors import CoreDied
from seeshell.core.messages.events import ConversationOpened, TurnStarted
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.requests import (
    DeleteConversation,
    EditQuestion,
    ForkConversation,
    GetStatus,
    OpenConversation,
    PrepareTurn,
    RegenerateAnswer,
    Shutdown,
    SubmitTurn,
    SwitchBranch,
)
from seeshell.core.settings import Paths

from ...patience import PATIENCE
from ...running_core import RunningCore, wait_for_end
from ..talk import Connect, Talk

QUESTION_TOKENS = 15
"""More than a short question takes, and less than any that has a picture."""


@pytest.fixture
async def client(demo_core: RunningCore, talk: Connect) -> Talk:
    return await talk()


@pytest.fixture
async def asked(client: Talk, picture: Path) -> TurnStarted:
    """A question about the circle, answered."""
    queued = await client.submit("What is in the picture?", picture)
    started: TurnStarted = await client.until(TurnStarted, turn=queued.turn.id)
    await client.end_of(queued)
    return started


async def messages(client: Talk, conversation: int) -> tuple[Message, ...]:
    opened: ConversationOpened = await client.request(OpenConversation(conversation=conversation))
    return opened.conversation.messages


async def test_regenerate_reuses_the_whole_prompt(client: Talk, asked: TurnStarted) -> None:
    queued = await client.request(RegenerateAnswer(conversation=asked.conversation))
    again = await client.end_of(queued)
    question, answer = await messages(client, asked.conversation)
    assert (question.id, answer) == (asked.user_message.id, again)
    assert "red circle" in again.text
    assert again.stats.images_encoded == 0
    assert again.stats.prefilled_tokens == 1
    assert again.stats.reused_tokens == again.stats.prompt_tokens - 1


async def test_an_edit_keeps_the_earlier_branch(client: Talk, asked: TurnStarted) -> None:
    first = (await messages(client, asked.conversation))[-1]
    (picture,) = asked.user_message.attachments
    edit = EditQuestion(
        conversation=asked.conversation,
        message=asked.user_message.id,
        text="What colour is it?",
        attachments=(picture.sha256,),
    )
    edited = await client.end_of(await client.request(edit))
    assert "red" in edited.text
    assert edited.stats.images_encoded == 0
    assert edited.stats.prefilled_tokens < QUESTION_TOKENS
    question, _ = await messages(client, asked.conversation)
    assert asked.user_message.id in question.siblings

    switch = SwitchBranch(conversation=asked.conversation, message=asked.user_message.id)
    opened = await client.request(switch)
    assert opened.conversation.messages[-1] == first


async def test_switching_back_shows_the_old_branch_and_prefills_only_what_is_new(
    client: Talk, asked: TurnStarted
) -> None:
    follow_up = await client.ask("What colour is it?", conversation=asked.conversation)
    await client.end_of(
        await client.request(
            EditQuestion(
                conversation=asked.conversation,
                message=follow_up.parent_id,
                text="How many shapes are there?",
            )
        )
    )
    switch = SwitchBranch(conversation=asked.conversation, message=follow_up.id)
    opened = await client.request(switch)
    assert opened.conversation.messages[-1] == follow_up
    later = await client.ask("Where is the circle?", conversation=asked.conversation)
    assert later.finish_reason == "stop"
    assert later.stats.images_encoded == 0
    assert later.stats.prefilled_tokens < QUESTION_TOKENS


async def test_a_fork_shares_the_past(client: Talk, asked: TurnStarted) -> None:
    fork = ForkConversation(conversation=asked.conversation, message=asked.answer.id)
    opened: ConversationOpened = await client.request(fork)
    number = opened.conversation.summary.id
    answer = await client.ask("What colour is it?", conversation=number)
    assert "red" in answer.text
    assert answer.stats.images_encoded == 0
    assert answer.stats.prefilled_tokens < QUESTION_TOKENS
    assert len(await messages(client, asked.conversation)) == 2


async def test_a_prepared_picture_is_not_encoded_again_at_submit(
    client: Talk, picture: Path
) -> None:
    await client.ask("What can you do?")
    attached = await client.request(Attach(path=str(picture)))
    hashes = (attached.attachment.sha256,)
    await client.request(PrepareTurn(attachments=hashes))
    await until_prepared(client)
    queued = await client.request(SubmitTurn(text="What is in the picture?", attachments=hashes))
    answer = await client.end_of(queued)
    assert "red circle" in answer.text
    assert (answer.stats.images_encoded, answer.stats.images_reused) == (0, 1)
    assert answer.stats.prefilled_tokens < QUESTION_TOKENS


async def test_an_opened_conversation_is_ready_for_its_follow_up(
    client: Talk, asked: TurnStarted
) -> None:
    unprepared = await client.ask("What colour is it?", conversation=asked.conversation)
    await client.request(PrepareTurn(conversation=asked.conversation))
    await until_prepared(client)
    prepared = await client.ask("What colour is it?", conversation=asked.conversation)
    assert prepared.stats.prefilled_tokens < unprepared.stats.prefilled_tokens


async def test_a_picture_added_to_an_edited_question_is_computed_before_it_is_asked(
    client: Talk, asked: TurnStarted, samples: Path
) -> None:
    await client.ask("What colour is it?", conversation=asked.conversation)
    (circle,) = asked.user_message.attachments
    star = await client.request(Attach(path=str(samples / "green-star.png")))
    edit = EditQuestion(
        conversation=asked.conversation,
        message=asked.user_message.id,
        text="Which picture has a star?",
        attachments=(circle.sha256, star.attachment.sha256),
    )
    wish = PrepareTurn(
        conversation=edit.conversation, attachments=edit.attachments, edited=edit.message
    )
    await client.request(wish)
    await until_prepared(client)
    answer = await client.end_of(await client.request(edit))
    assert "second" in answer.text
    assert (answer.stats.images_encoded, answer.stats.images_reused) == (0, 2)
    assert answer.stats.prefilled_tokens < QUESTION_TOKENS


async def test_an_edit_that_is_given_up_leaves_the_branch_as_it_was(
    client: Talk, asked: TurnStarted, samples: Path
) -> None:
    before = await client.ask("What colour is it?", conversation=asked.conversation)
    star = await client.request(Attach(path=str(samples / "green-star.png")))
    await client.request(
        PrepareTurn(
            conversation=asked.conversation,
            attachments=(star.attachment.sha256,),
            edited=before.parent_id,
        )
    )
    await until_prepared(client)
    await client.request(PrepareTurn(conversation=asked.conversation))
    await until_prepared(client)
    answer = await client.ask("What colour is it?", conversation=asked.conversation)
    assert answer.stats.images_encoded == 0
    assert answer.stats.prefilled_tokens < QUESTION_TOKENS


async def test_after_a_restart_the_first_turn_prefills_only_what_is_new(
    client: Talk, asked: TurnStarted, talk: Connect, paths: Paths
) -> None:
    await end(client, paths)
    assert [path for path in files_in(paths.spills_dir) if not is_private(path)] == []
    later = await talk("--model", "demo")
    answer = await later.ask("What colour is it?", conversation=asked.conversation)
    assert "red" in answer.text
    assert answer.stats.images_encoded == 0
    assert answer.stats.prefilled_tokens < QUESTION_TOKENS


@pytest.mark.parametrize("source", ["demo", "/nowhere"])
async def test_a_conversation_that_is_deleted_leaves_no_spill(
    client: Talk, asked: TurnStarted, talk: Connect, paths: Paths, source: str
) -> None:
    await end(client, paths)
    assert files_in(paths.spills_dir)
    later = await talk("--model", source)
    await later.request(DeleteConversation(conversation=asked.conversation))
    await end(later, paths)
    assert files_in(paths.spills_dir) == []


async def end(client: Talk, paths: Paths) -> None:
    await client.request(Shutdown())
    with pytest.raises(CoreDied):
        await client.until(TurnStarted)
    await asyncio.to_thread(wait_for_end, paths)


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def is_private(path: Path) -> bool:
    return stat.S_IMODE(path.stat().st_mode) == 0o600


async def until_prepared(client: Talk) -> None:
    async with asyncio.timeout(PATIENCE):
        while (await client.request(GetStatus())).is_preparing:  # noqa: ASYNC110 - over the socket
            await asyncio.sleep(0.02)

"""Rolls: one question over many pictures, between turns and through stops, failures and crashes."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from seeshell.core.conversation import TurnStats
from seeshell.core.engine.engine import ROWS, AnswerEnd
from seeshell.core.errors import (
    BadRequest,
    EndpointError,
    ModelNotFound,
    NotStored,
    PromptTooLong,
    StoreError,
)
from seeshell.core.generation_options import ConversationChoices, GenerationOptions
from seeshell.core.messages.events import CoreStatus, TurnEnded
from seeshell.core.messages.model_requests import UnloadModel
from seeshell.core.messages.requests import GetStatus, SubmitTurn
from seeshell.core.messages.roll_events import RollChanged, RollDeleted, RollRowChanged
from seeshell.core.messages.roll_requests import (
    DeleteRoll,
    ForkRow,
    ListRolls,
    OpenRoll,
    ResumeRoll,
    RetryRows,
    StartRoll,
    StopRoll,
)
from seeshell.core.roll import Roll, RollPicture, RollQuestion, RollRow
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths, Settings
from seeshell.core.store.archive import Archive

from ..scripted_engine import ScriptedEngine
from ..stored import draw
from ..talk import Listener, carry_out, let_write, submit

WHAT = RollQuestion("What is it?")


@pytest.fixture
def pictures(tmp_path: Path) -> list[RollPicture]:
    return [RollPicture(str(draw(tmp_path, f"{number}.png"))) for number in range(4)]


async def start(
    sessions: Sessions,
    client: Listener,
    pictures: Sequence[RollPicture],
    question: RollQuestion = WHAT,
    uuid: str = "",
) -> Roll:
    request = StartRoll(question=question, pictures=tuple(pictures), uuid=uuid)
    opened = await carry_out(sessions, request, client)
    roll: Roll = opened.roll
    return roll


async def end_of(client: Listener, roll: int = 1) -> RollChanged:
    """Returns the newest event that says that the roll rests."""
    changed: RollChanged = await client.until(
        RollChanged, where=lambda it: it.roll.id == roll and not it.roll.is_running
    )
    client.heard.remove(changed)
    return changed


async def read(sessions: Sessions, client: Listener, roll: int = 1) -> tuple[RollRow, ...]:
    rows: tuple[RollRow, ...] = (await carry_out(sessions, OpenRoll(roll=roll), client)).roll.rows
    return rows


def texts(rows: Sequence[RollRow]) -> list[str]:
    return [row.answer.text if row.answer else row.state for row in rows]


async def test_each_picture_is_asked_about_by_itself_and_answered_in_its_row(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, pictures: list[RollPicture]
) -> None:
    for number in range(4):
        engine.enqueue(f"It is {number}.")
    options = GenerationOptions(system="Be brief.", temperature=0.0)
    await start(sessions, client, pictures, RollQuestion("What is it?", options))
    ended = await end_of(client)
    rows = await read(sessions, client)
    assert (ended.roll.done, ended.roll.failed, ended.roll.problem) == (4, 0, "")
    asked = {prompt[-1].images[0].name: prompt for prompt in engine.history}
    assert sorted(asked) == [f"{number}.png" for number in range(4)]
    for prompt in engine.history:
        system, question = prompt
        assert (system.text, question.text) == ("Be brief.", "What is it?")
        assert question.parts[0] is question.images[0]
    names = [prompt[-1].images[0].name for prompt in engine.history]
    assert [row.answer.text for row in rows if row.answer] == [
        f"It is {names.index(row.name)}." for row in rows
    ]
    assert all(row.picture is not None and row.picture.tokens == 1 for row in rows)
    assert {row.state for row in rows} == {"done"}


async def test_the_engine_has_the_next_row_before_the_last_one_ends(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, pictures: list[RollPicture]
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "one")
    engine.enqueue(gate, "two")
    await start(sessions, client, pictures[:2])
    await engine.until("answer", ROWS)
    await engine.until("answer", ROWS)
    gate.set()
    await end_of(client)


async def test_a_turn_comes_before_the_next_row(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, pictures: list[RollPicture]
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "row")
    engine.enqueue(gate, "given way")
    engine.enqueue("turn")
    for _ in range(3):
        engine.enqueue("row")
    await start(sessions, client, pictures[:3])
    await engine.until("answer", ROWS)
    await client.until(RollRowChanged, where=lambda it: it.row.state == "running")
    turn = await submit(sessions, client, "And you?")
    gate.set()
    ended: TurnEnded = await client.until(TurnEnded)
    rows_before = [
        it
        for it in client.heard[: client.heard.index(ended)]
        if isinstance(it, RollRowChanged) and it.row.state == "done"
    ]
    assert ended.conversation == turn.conversation
    assert len(rows_before) <= 2
    assert (await end_of(client)).roll.done == 3


async def test_rows_come_before_work_ahead(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, pictures: list[RollPicture]
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "row")
    engine.forget_work()
    await start(sessions, client, pictures[:1])
    await engine.until("answer", ROWS)
    status: CoreStatus = await carry_out(sessions, GetStatus(), client)
    assert (status.state, status.is_preparing) == ("decoding", False)
    assert sessions.is_busy
    assert "prepare" not in [work for work, _ in engine.work]
    gate.set()
    await end_of(client)


async def test_a_stopped_row_waits_again_and_is_answered_once_the_roll_goes_on(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, pictures: list[RollPicture]
) -> None:
    engine.enqueue("Half an ans", asyncio.Event(), "wer")
    engine.enqueue(asyncio.Event())
    await start(sessions, client, pictures[:3])
    await client.until(RollRowChanged, where=lambda it: it.row.state == "running")
    await carry_out(sessions, StopRoll(roll=1), client)
    assert texts(await read(sessions, client)) == ["waiting"] * 3
    assert (await end_of(client)).roll.problem == ""
    for _ in range(3):
        engine.enqueue("whole")
    engine._scripts = engine._scripts[-3:]
    await carry_out(sessions, ResumeRoll(roll=1), client)
    await end_of(client)
    assert texts(await read(sessions, client)) == ["whole"] * 3


async def test_a_roll_that_waits_for_another_one_can_be_stopped(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, pictures: list[RollPicture]
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "one")
    await start(sessions, client, pictures[:1])
    await engine.until("answer", ROWS)
    await start(sessions, client, pictures[:2])
    await carry_out(sessions, StopRoll(roll=2), client)
    assert (await end_of(client, 2)).roll.waiting == 2
    gate.set()
    assert (await end_of(client, 1)).roll.done == 1


async def test_a_roll_that_is_resumed_while_it_stops_goes_on(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, pictures: list[RollPicture]
) -> None:
    engine.enqueue(asyncio.Event())
    engine.enqueue("fine")
    await start(sessions, client, pictures[:1])
    await engine.until("answer", ROWS)
    requests = (StopRoll(roll=1), ResumeRoll(roll=1))
    await asyncio.gather(*(carry_out(sessions, it, client) for it in requests))
    await client.until(RollChanged, where=lambda it: it.roll.done == 1)


async def test_what_cannot_be_read_fails_by_itself_and_can_be_tried_again(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    pictures: list[RollPicture],
    tmp_path: Path,
) -> None:
    for _ in range(3):
        engine.enqueue("fine")
    late = tmp_path / "late.png"
    await start(sessions, client, [pictures[0], RollPicture(str(late)), pictures[1]])
    ended = await end_of(client)
    first, missing, last = await read(sessions, client)
    assert (ended.roll.done, ended.roll.failed) == (2, 1)
    assert (first.state, missing.state, last.state) == ("done", "failed", "done")
    assert missing.answer is not None
    assert "late.png" in missing.answer.error
    draw(tmp_path, "late.png")
    await carry_out(sessions, RetryRows(roll=1), client)
    ended = await end_of(client)
    assert (ended.roll.done, ended.roll.failed) == (3, 0)
    assert len(engine.history) == 3


async def test_rows_that_are_named_are_answered_again_whatever_they_said(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, pictures: list[RollPicture]
) -> None:
    engine.enqueue("one")
    engine.enqueue("two")
    await start(sessions, client, pictures[:2])
    await end_of(client)
    before = texts(await read(sessions, client))
    # Its file may be gone by then: the stored copy counts.
    Path(pictures[1].path).unlink()  # noqa: ASYNC240
    engine.enqueue("other")
    await carry_out(sessions, RetryRows(roll=1, rows=(1,)), client)
    await end_of(client)
    assert texts(await read(sessions, client)) == [before[0], "other"]
    with pytest.raises(NotStored, match="no row 8"):
        await carry_out(sessions, RetryRows(roll=1, rows=(7,)), client)


async def test_an_answer_that_is_none_fails_and_one_that_is_cut_off_does_not(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, pictures: list[RollPicture]
) -> None:
    engine.enqueue(AnswerEnd("stop", TurnStats()))
    await start(sessions, client, pictures[:1])
    await end_of(client, 1)
    (empty,) = await read(sessions, client, 1)
    engine.enqueue("Long", AnswerEnd("length", TurnStats()))
    await start(sessions, client, pictures[:1])
    await end_of(client, 2)
    (cut_off,) = await read(sessions, client, 2)
    engine.enqueue(PromptTooLong("Too long.", 9, 5))
    await start(sessions, client, pictures[:1])
    await end_of(client, 3)
    (too_long,) = await read(sessions, client, 3)
    assert empty.answer is not None
    assert (empty.state, empty.answer.finish_reason) == ("failed", "empty")
    assert cut_off.answer is not None
    assert (cut_off.state, cut_off.answer.is_complete) == ("done", False)
    assert too_long.answer is not None
    assert (too_long.state, too_long.answer.error) == ("failed", "Too long.")


async def test_a_server_that_fails_again_and_again_stops_the_roll(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, pictures: list[RollPicture]
) -> None:
    for _ in range(4):
        engine.enqueue(EndpointError("The server is gone: start it."))
    await start(sessions, client, pictures)
    ended = await end_of(client)
    assert ended.roll.problem == "The server is gone: start it."
    assert ended.roll.failed >= 3
    (listed,) = (await carry_out(sessions, ListRolls(), client)).rolls
    assert listed.problem == ended.roll.problem


async def test_a_model_that_cannot_be_loaded_stops_the_roll_before_any_row_fails(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, pictures: list[RollPicture]
) -> None:
    engine.load_errors.append(ModelNotFound("There is no model of that name."))
    choices = ConversationChoices("nowhere")
    await start(sessions, client, pictures, RollQuestion("What?", choices=choices))
    ended = await end_of(client)
    assert ended.roll.problem == "There is no model of that name."
    assert (ended.roll.waiting, ended.roll.failed) == (4, 0)
    # Resumed, it is tried again.
    for _ in range(4):
        engine.enqueue("fine")
    await carry_out(sessions, ResumeRoll(roll=1), client)
    assert (await end_of(client)).roll.done == 4


async def test_a_roll_keeps_the_model_that_answered_first(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, pictures: list[RollPicture]
) -> None:
    engine.enqueue("fine")
    await start(sessions, client, pictures[:1])
    ended = await end_of(client)
    assert ended.roll.question.choices == ConversationChoices("scripted")
    (row,) = await read(sessions, client)
    assert row.answer is not None
    assert (row.answer.model, row.answer.model_source) == ("scripted", "scripted")


async def test_a_disk_that_takes_no_answer_stops_the_roll_and_loses_none(
    sessions: Sessions,
    archive: Archive,
    engine: ScriptedEngine,
    client: Listener,
    pictures: list[RollPicture],
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "unstored")
    await start(sessions, client, pictures[:1])
    await engine.until("answer", ROWS)
    await let_write(archive, may_write=False)
    gate.set()
    ended = await end_of(client)
    assert "can only be read" in ended.roll.problem
    await let_write(archive, may_write=True)
    assert texts(await read(sessions, client)) == ["waiting"]
    engine.enqueue("stored")
    await carry_out(sessions, ResumeRoll(roll=1), client)
    await end_of(client)
    assert texts(await read(sessions, client)) == ["stored"]


async def test_a_conversation_is_made_of_a_row(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, pictures: list[RollPicture]
) -> None:
    engine.enqueue("A dog.")
    await start(sessions, client, pictures[:1])
    await end_of(client)
    opened = await carry_out(sessions, ForkRow(roll=1, row=0), client)
    question, answer = opened.conversation.messages
    assert question.attachments[0].name == "0.png"
    assert (question.text, answer.text, answer.finish_reason) == ("What is it?", "A dog.", "stop")
    assert opened.conversation.summary.choices.model == "scripted"
    engine.enqueue("Brown.")
    request = SubmitTurn(text="Which?", conversation=opened.conversation.summary.id)
    await carry_out(sessions, request, client)
    await client.until(TurnEnded)
    assert [it.text for it in engine.history[-1]] == ["What is it?", "A dog.", "Which?"]


async def test_a_row_without_an_answer_makes_no_conversation(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, pictures: list[RollPicture]
) -> None:
    engine.enqueue(asyncio.Event())
    await start(sessions, client, pictures[:1])
    with pytest.raises(NotStored, match="no answer yet"):
        await carry_out(sessions, ForkRow(roll=1, row=0), client)
    await carry_out(sessions, DeleteRoll(roll=1), client)
    assert (await client.until(RollDeleted)).roll == 1
    with pytest.raises(NotStored, match="no roll 1"):
        await carry_out(sessions, OpenRoll(roll=1), client)


async def test_a_roll_that_is_sent_again_is_stored_once(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, pictures: list[RollPicture]
) -> None:
    engine.enqueue("fine")
    one = await start(sessions, client, pictures[:1], uuid="the-same")
    other = await start(sessions, client, pictures[:1], uuid="the-same")
    assert one.summary.id == other.summary.id
    await end_of(client)
    assert len((await carry_out(sessions, ListRolls(), client)).rolls) == 1
    assert len(engine.history) == 1


@pytest.mark.parametrize(
    ("text", "count", "options", "sentence"),
    [
        (" ", 1, GenerationOptions(), "write a question"),
        ("What?", 0, GenerationOptions(), "name files or a folder"),
        ("What?", 1, GenerationOptions(temperature=9.0), "temperature"),
    ],
)
async def test_what_cannot_be_asked_is_refused_before_anything_is_stored(
    sessions: Sessions,
    client: Listener,
    pictures: list[RollPicture],
    text: str,
    count: int,
    options: GenerationOptions,
    sentence: str,
) -> None:
    with pytest.raises(BadRequest, match=sentence):
        await start(sessions, client, pictures[:count], RollQuestion(text, options))
    assert (await carry_out(sessions, ListRolls(), client)).rolls == ()


async def test_a_model_is_not_freed_while_a_roll_runs(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, pictures: list[RollPicture]
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "fine")
    await start(sessions, client, pictures[:1])
    with pytest.raises(BadRequest, match="stop it"):
        await carry_out(sessions, UnloadModel(), client)
    gate.set()
    await end_of(client)


async def test_after_a_core_has_ended_its_rows_wait_for_being_resumed(
    paths: Paths, archive: Archive, pictures: list[RollPicture]
) -> None:
    engine, client = ScriptedEngine(), Listener()
    sessions = Sessions(archive, engine, paths, Settings(), "1.0")
    sessions.add_client(client)
    engine.enqueue("fine")
    engine.enqueue(asyncio.Event())
    engine.enqueue(asyncio.Event())
    await start(sessions, client, pictures[:3])
    await client.until(RollRowChanged, where=lambda it: it.row.state == "done")
    await sessions.close()

    engine, client = ScriptedEngine(), Listener()
    sessions = Sessions(archive, engine, paths, Settings(), "1.0")
    sessions.add_client(client)
    (roll,) = (await carry_out(sessions, ListRolls(), client)).rolls
    assert (roll.is_running, roll.done, roll.waiting) == (False, 1, 2)
    engine.enqueue("more")
    engine.enqueue("more")
    await carry_out(sessions, ResumeRoll(roll=1), client)
    assert (await end_of(client)).roll.done == 3
    assert len(engine.history) == 2
    await sessions.close()


async def test_the_pictures_of_rows_are_kept_until_their_roll_is_deleted(
    sessions: Sessions,
    archive: Archive,
    engine: ScriptedEngine,
    client: Listener,
    paths: Paths,
    pictures: list[RollPicture],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine.enqueue("fine")
    await start(sessions, client, pictures[:1])
    await end_of(client)
    (row,) = await read(sessions, client)
    assert row.picture is not None
    copy = paths.picture(row.picture.sha256)
    monkeypatch.setattr("seeshell.core.store.stored_pictures.UNHELD_SECONDS", -60.0)
    monkeypatch.setattr("seeshell.core.store.sweeper.UNHELD_SECONDS", -60.0)
    await archive.sweep()
    assert copy.exists()
    await carry_out(sessions, DeleteRoll(roll=1), client)
    await archive.sweep()
    assert not copy.exists()


async def test_a_full_disk_is_no_failure_of_a_row(
    sessions: Sessions,
    archive: Archive,
    engine: ScriptedEngine,
    client: Listener,
    pictures: list[RollPicture],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def attach(*_: object, **__: object) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(archive.pictures, "attach", attach)
    await start(sessions, client, pictures)
    ended = await end_of(client)
    assert (ended.roll.problem, ended.roll.failed) == ("The disk is full.", 0)

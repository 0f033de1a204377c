"""What pictures cost before they are sent, and how finely each of them is to be seen."""

import pytest

from seeshell.core.conversation import Attachment
from seeshell.core.errors import ImageError
from seeshell.core.generation_options import ConversationChoices
from seeshell.core.messages.events import ConversationOpened
from seeshell.core.messages.picture_events import PictureMeasured
from seeshell.core.messages.picture_requests import Attach, MeasurePicture
from seeshell.core.messages.queue_events import TurnQueued
from seeshell.core.messages.requests import EditQuestion, OpenConversation, PrepareTurn, SubmitTurn
from seeshell.core.picture_detail import MOST_TOKENS, PictureDetail
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths, Settings

from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of

BUDGET = Settings().pixel_budget
PHOTO = Attachment("", "photo.jpg", 4032, 3024)


@pytest.mark.parametrize(
    ("detail", "preset", "budget"),
    [
        ("normal", 0, 0),
        ("normal", 64, 64),
        ("small", 0, BUDGET // 4),
        ("small", 64, 16),
        ("small", 1, 1),
        ("full", 64, MOST_TOKENS),
    ],
)
async def test_a_picture_is_measured_as_it_is_to_be_seen(
    sessions: Sessions, client: Listener, detail: PictureDetail, preset: int, budget: int
) -> None:
    request = MeasurePicture(attachment=PHOTO, pixel_budget=preset, detail=detail)
    measured: PictureMeasured = await carry_out(sessions, request, client)
    assert measured.attachment.pixel_budget == budget
    # As the engine of these tests measures.
    assert (measured.attachment.tokens, measured.seconds) == (1, 0.01)


async def test_a_picture_without_pixels_has_no_price(sessions: Sessions, client: Listener) -> None:
    request = MeasurePicture(attachment=Attachment("", "photo.jpg", 0, 3))
    with pytest.raises(ImageError, match="at least one pixel"):
        await carry_out(sessions, request, client)


async def test_each_picture_of_a_question_is_seen_as_finely_as_was_chosen(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, picture: object, paths: Paths
) -> None:
    paths.presets_file.write_text("[presets.terse]\npixel_budget = 64\n")
    attached = await carry_out(sessions, Attach(path=str(picture), detail="small"), client)
    assert (attached.attachment.pixel_budget, attached.seconds) == (BUDGET // 4, 0.01)
    keys = (attached.attachment.key,) * 4
    details: tuple[PictureDetail, ...] = ("small", "normal", "full")
    choices = ConversationChoices(preset="terse")
    prepared = PrepareTurn(attachments=keys, details=details, choices=choices)
    engine.forget_work()
    await carry_out(sessions, prepared, client)
    await engine.until("prepared", 0)
    engine.enqueue("Here they are.")
    engine.enqueue("Here they are again.")
    request = SubmitTurn(text="?", attachments=keys, details=details, choices=choices)
    queued: TurnQueued = await carry_out(sessions, request, client)
    await end_of(client, queued)
    expected = [16, 64, MOST_TOKENS, 64]
    assert [it.pixel_budget for it in engine.prepared[-1][-1].images] == expected
    assert [it.pixel_budget for it in engine.history[-1][-1].images] == expected
    opened: ConversationOpened = await carry_out(
        sessions, OpenConversation(conversation=queued.conversation), client
    )
    question = opened.conversation.messages[0]
    assert [it.pixel_budget for it in question.attachments] == expected
    edited = EditQuestion(
        conversation=queued.conversation,
        message=question.id,
        text="!",
        attachments=keys[:1],
        details=("full",),
    )
    again: TurnQueued = await carry_out(sessions, edited, client)
    await end_of(client, again)
    assert [it.pixel_budget for it in engine.history[-1][-1].images] == [MOST_TOKENS]

"""Pages and rectangles of pictures, from the request that attaches them to the prompt."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from seeshell.core.conversation import Attachment
from seeshell.core.demo import SAMPLE_NAME, SAMPLES_PATH
from seeshell.core.engine.engine import PromptImage
from seeshell.core.errors import ImageError, NotStored
from seeshell.core.excerpt import WHOLE, Excerpt, Region
from seeshell.core.messages.lines import decode_request
from seeshell.core.messages.picture_events import Attached
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.requests import (
    EditQuestion,
    ForkConversation,
    LeaveOut,
    PrepareTurn,
    RegenerateAnswer,
    Request,
    SubmitTurn,
)
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths

from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of

LEFT, RIGHT = (Excerpt(region=Region(x, 0, 40, 60)) for x in (0, 40))

AttachIt = Callable[[Excerpt], Awaitable[Attachment]]


@pytest.fixture
def attach(sessions: Sessions, client: Listener, tmp_path: Path) -> AttachIt:
    path = tmp_path / "photo.tif"
    Image.new("RGB", (80, 60), "red").save(
        path, save_all=True, append_images=[Image.new("RGB", (20, 10), "blue")]
    )

    async def attach(excerpt: Excerpt) -> Attachment:
        attached = await carry_out(sessions, Attach(path=str(path), excerpt=excerpt), client)
        assert isinstance(attached, Attached)
        return attached.attachment

    return attach


@pytest.fixture
def send(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> Callable[[Request], Awaitable[int]]:
    """Has a turn answered and returns its conversation."""

    async def send(request: Request) -> int:
        engine.enqueue("Yes.")
        queued = await carry_out(sessions, request, client)  # type: ignore[arg-type]
        await end_of(client, queued)
        conversation: int = queued.conversation
        return conversation

    return send


def shown(engine: ScriptedEngine) -> list[str]:
    """What of the file the last prompt shows."""
    images: list[PromptImage] = [it for message in engine.history[-1] for it in message.images]
    return [it.name for it in images]


async def test_what_is_attached_is_told_with_its_size_and_the_pages_of_its_file(
    sessions: Sessions, client: Listener, attach: AttachIt, tmp_path: Path
) -> None:
    picture = await attach(Excerpt(2, Region(5, 0, 10, 10)))
    assert (picture.label, picture.width, picture.height) == ("photo.tif#2@5,0,10,10", 10, 10)
    request = Attach(path=str(tmp_path / "photo.tif"))
    assert (await carry_out(sessions, request, client)).pages == 2


async def test_what_is_attached_is_told_with_the_pictures_that_look_like_it(
    sessions: Sessions, client: Listener, tmp_path: Path
) -> None:
    sample = SAMPLES_PATH / SAMPLE_NAME
    Image.open(sample).convert("RGB").save(tmp_path / "copy.jpg")
    first = await carry_out(sessions, Attach(path=str(sample)), client)
    copy = await carry_out(sessions, Attach(path=str(tmp_path / "copy.jpg")), client)
    again = await carry_out(sessions, Attach(path=str(sample)), client)
    assert [it.alike for it in (first, copy, again)] == [
        (),
        (first.attachment.key,),
        (copy.attachment.key,),
    ]


async def test_the_model_is_shown_the_excerpts_that_were_sent_in_their_order(
    engine: ScriptedEngine,
    attach: AttachIt,
    send: Callable[[Request], Awaitable[int]],
    paths: Paths,
) -> None:
    pictures = [await attach(it) for it in (RIGHT, LEFT, WHOLE, Excerpt(2))]
    await send(SubmitTurn(text="What?", attachments=tuple(it.key for it in pictures)))
    (question,) = engine.history[-1]
    assert question.images == tuple(
        PromptImage(paths.picture(it.sha256), it.sha256, it.label, excerpt=it.excerpt)
        for it in pictures
    )
    assert len({it.path for it in question.images}) == 1
    assert len({it.key for it in question.images}) == 4


async def test_whatever_becomes_of_a_question_keeps_its_excerpts(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    attach: AttachIt,
    send: Callable[[Request], Awaitable[int]],
) -> None:
    left, right = await attach(LEFT), await attach(RIGHT)
    conversation = await send(SubmitTurn(text="What?", attachments=(left.key, right.key)))
    await send(RegenerateAnswer(conversation=conversation))
    assert shown(engine) == ["photo.tif@0,0,40,60", "photo.tif@40,0,40,60"]
    queued = next(it for it in client.heard if hasattr(it, "user_message"))
    question = queued.user_message.id
    edit = EditQuestion(
        conversation=conversation, message=question, text="And?", attachments=(right.key,)
    )
    await send(edit)
    assert shown(engine) == ["photo.tif@40,0,40,60"]
    fork = ForkConversation(conversation=conversation, message=question)
    opened = await carry_out(sessions, fork, client)
    (forked,) = opened.conversation.messages
    assert [it.excerpt for it in forked.attachments] == [LEFT, RIGHT]
    number = opened.conversation.summary.id
    out = LeaveOut(conversation=number, pictures=((forked.id, 0),))
    await carry_out(sessions, out, client)
    await send(SubmitTurn(text="More", conversation=number))
    assert shown(engine) == ["photo.tif@40,0,40,60"]


async def test_what_is_prepared_is_the_excerpt(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, attach: AttachIt
) -> None:
    left = await attach(LEFT)
    await carry_out(sessions, PrepareTurn(attachments=(left.key,)), client)
    await engine.until("prepared", 0)
    ((image,),) = [message.images for message in engine.prepared[-1] if message.images]
    assert image.excerpt == LEFT


async def test_a_picture_is_not_sent_for_another_one_of_its_file(
    sessions: Sessions, client: Listener, attach: AttachIt
) -> None:
    left = await attach(LEFT)
    request = SubmitTurn(text="What?", attachments=(left.sha256,))
    with pytest.raises(NotStored, match="attach it again"):
        await carry_out(sessions, request, client)


async def test_an_excerpt_that_is_not_there_is_refused_with_what_is(attach: AttachIt) -> None:
    with pytest.raises(ImageError, match="2 pages"):
        await attach(Excerpt(3))
    with pytest.raises(ImageError, match="80x60"):
        await attach(Excerpt(region=Region(80, 60, 5, 5)))


@pytest.mark.parametrize(
    "excerpt",
    [
        b'{"page":0}',
        b'{"region":{"x":-1,"y":0,"width":5,"height":5}}',
        b'{"region":{"x":0,"y":0,"width":0,"height":5}}',
        b'{"region":{"x":0,"y":0,"width":5,"height":10000000}}',
    ],
)
def test_an_excerpt_that_can_not_be_is_no_request(excerpt: bytes) -> None:
    line = b'{"type":"Attach","path":"/a.png","excerpt":' + excerpt + b"}"
    with pytest.raises(msgspec.ValidationError):
        decode_request(line)

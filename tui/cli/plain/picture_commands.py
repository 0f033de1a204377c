"""Commands about the pictures of the next message."""

import asyncio
import shlex
from pathlib import Path

from ....core.demo import SAMPLE_NAME, SAMPLES_PATH
from ....core.errors import ImageError
from ....core.web.address import is_web_address
from ...session.attach_paths import find_pictures
from ...session.draft import DraftPicture
from ..picture_arguments import expand
from .command_names import fill
from .desk import Desk
from .words import draft_picture_words


async def attach(desk: Desk, argument: str) -> None:
    """Attaches files, folders, globs or addresses, as they are typed or pasted."""
    if not argument:
        desk.teller.tell("Name a file behind /attach.")
        return
    found = await asyncio.to_thread(find_pictures, argument)
    named = found.pictures if not found.rest.strip() else []
    if not named:
        try:
            named = await asyncio.to_thread(_named, argument)
        except (ImageError, ValueError, OSError, RuntimeError) as error:
            desk.teller.tell(str(error))
            return
    await desk.session.unsent.attach(*named)


async def sample(desk: Desk, _argument: str) -> None:
    """Attaches a sample picture."""
    await desk.session.unsent.attach(SAMPLES_PATH / SAMPLE_NAME)


async def pictures(desk: Desk, _argument: str) -> None:
    """Tells of each picture of the next message."""
    length = desk.session.model.status.context_length
    likenesses = desk.session.likenesses.find(desk.session.draft)
    lines = [
        fill(draft_picture_words(number, it, length, likenesses.get(it.id)))
        for number, it in enumerate(desk.session.draft.pictures, start=1)
    ]
    desk.teller.tell(*(lines or ["No pictures are attached to the next message."]))


async def remove(desk: Desk, argument: str) -> None:
    """Takes a picture off the next message, the last one without a number."""
    attached = desk.session.draft.pictures
    number = int(argument) if argument.isdecimal() else len(attached)
    if not 1 <= number <= len(attached) or (argument and not argument.isdecimal()):
        desk.teller.tell("There is no such picture: /pictures lists them.")
        return
    picture = attached[number - 1]
    desk.session.unsent.pictures.remove(picture)
    desk.teller.tell(f"Removed: {picture.label}. /put-back undoes that.")


async def put_back(desk: Desk, _argument: str) -> None:
    """Puts the picture back that was removed last."""
    if not desk.session.unsent.pictures.can_put_back:
        desk.teller.tell("No picture was removed.")
        return
    await desk.session.unsent.pictures.put_back()
    await pictures(desk, "")


async def retry(desk: Desk, _argument: str) -> None:
    """Has every refused picture checked again."""
    for picture in [it for it in desk.session.draft.pictures if it.error]:
        await desk.session.unsent.pictures.retry(picture)
    await pictures(desk, "")


async def fetch_anyway(desk: Desk, _argument: str) -> None:
    """Fetches the pictures that were refused as their addresses are private."""
    await desk.session.private.allow()


async def drop(desk: Desk, _argument: str) -> None:
    """Forgets what is typed and attached; pictures can be put back."""
    desk.session.unsent.leave_edit()
    desk.session.unsent.write("")
    for picture in list(desk.session.draft.pictures):
        desk.session.unsent.pictures.remove(picture)
    desk.teller.tell("The next message is empty.")


def _named(argument: str) -> list[DraftPicture]:
    """Returns the pictures that an argument names as a shell would read it.

    Raises:
        ImageError: a folder or glob has no pictures, or there is no such page or rectangle.
        ValueError: a quote is not closed.
    """
    words = [
        it if is_web_address(it) else str(Path(it).expanduser().absolute())
        for it in shlex.split(argument)
    ]
    return [picture for it in expand(words) for picture in DraftPicture.named(it)]

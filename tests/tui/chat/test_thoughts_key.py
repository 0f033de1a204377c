"""The key that shows the thoughts above answers, and folds them again."""

from msgspec.structs import replace

from seeshell.core.conversation import compose
from seeshell.core.settings import Paths

from ...messages import answer, question
from ..conftest import AppUser
from ..scripted_app import app
from ..scripted_client import ScriptedClient, conversation

THOUGHT = replace(answer(2), parts=compose("Two.", thoughts="One and one."))
PLAIN = answer(4, "Three.")


async def test_it_shows_and_folds_thoughts_where_there_are_any(paths: Paths) -> None:
    client = ScriptedClient(
        conversation(1, "sums", question(1, "How many?"), THOUGHT),
        conversation(2, "plain", question(3, "And now?"), PLAIN),
    )
    async with app(paths, "dark", client=client).run_test(size=(160, 30)) as pilot:
        user = AppUser(pilot)
        await user.sees("thought first: 3 words", "Two.")
        await user.press("shift+tab")
        await user.sees("t thoughts")
        await user.press("t")
        await user.sees("One and one.", "Two.")
        await user.press("t")
        await user.sees("thought first: 3 words")
        await user.chat.session.shown.open(2)
        await user.sees("Three.")
        await user.until(lambda: "t thoughts" not in user.screen)

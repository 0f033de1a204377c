"""The app on a core that always says the same."""

from typing import Any

from seeshell.core.conversation import Attachment, TurnStats
from seeshell.core.settings import Notification, Paths, Settings
from seeshell.tui.app import SeeshellApp
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.facts import TerminalFacts
from seeshell.tui.terminal.xterm_colours import ColourDepth

from ..messages import answer, question
from .scripted_client import ScriptedClient, conversation

LEMONS = Attachment("a" * 64, "IMG_0412.HEIC", 4032, 3024, 1152, 864, 972)
STATS = TurnStats(995, 984, 11, 17, 0, 1, ttft=0.09, prompt_tps=122.0, generation_tps=54.0)
MARKET = conversation(
    1,
    "market stall",
    question(1, "How much are the lemons?", LEMONS),
    answer(
        2,
        "The sign above the *yellow* crate reads **2.50** a kilo:\n\n- lemons `2.50`\n- limes",
        stats=STATS,
        model="Qwen3-VL-4B",
    ),
)
OTHERS = [conversation(n, f"older conversation {n} about a long subject") for n in (2, 3, 4)]


def app(
    paths: Paths,
    theme: str,
    chat: int | None = 1,
    *,
    depth: ColourDepth = "truecolor",
    client: ScriptedClient | None = None,
    notify: Notification = "none",
    images: Any = "none",
) -> SeeshellApp:
    """Returns the app with a core that always says the same, or with another client."""
    terminal = TerminalFacts(images=images, colours=depth)
    app = SeeshellApp(
        paths, Settings(theme=theme, notify=notify), terminal, LaunchOptions(chat=chat)
    )

    async def connect(_replace_core: bool) -> Any:
        return client or ScriptedClient(MARKET, *OTHERS)

    app._connect = connect  # type: ignore[method-assign]
    return app

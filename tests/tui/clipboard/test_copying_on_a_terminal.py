"""Copying on a terminal over SSH: the bytes of OSC 52, and a file where that carries nothing."""

import base64
import re

from ...running_core import RunningCore
from ...terminal.installed import COMMAND
from ...terminal.pseudo_terminal import PLAIN_REPLIES, PseudoTerminal

KITTY = PLAIN_REPLIES | dict.fromkeys(("\x1b[>q", "\x1b[>0q"), "\x1bP>|kitty(0.41.1)\x1b\\")
OSC52 = re.compile(rb"\x1b]52;c;([A-Za-z0-9+/=]*)\x07")


def sent(terminal: PseudoTerminal) -> list[str]:
    output = b"".join(chunk.output for chunk in terminal.chunks)
    return [base64.b64decode(it).decode() for it in OSC52.findall(output)]


def test_a_message_and_the_conversation_reach_the_terminal_and_a_key_writes_a_file(
    shared_demo_core: RunningCore,
) -> None:
    home = shared_demo_core.paths.config_file.parent
    environment = {"SEESHELL_HOME": str(home)}
    with PseudoTerminal([COMMAND], environment, replies=KITTY) as terminal:
        terminal.wait_for("Ask about a picture")
        terminal.send("how many shapes, ü?\r")
        terminal.wait_for("tokens/s")
        terminal.send("\x1b[Z")
        terminal.wait_for("c copy")
        terminal.send("kc")
        terminal.wait_for(r"Message copied by OSC 52 \(20 B\)")
        assert sent(terminal) == ["how many shapes, ü?"]
        terminal.send("C")
        terminal.wait_for("Conversation copied by OSC 52")
        conversation = sent(terminal)[-1]
        assert conversation.startswith("# how many shapes, ü?\n")
        terminal.send("F")
        terminal.wait_for("Text written to")
    copied = shared_demo_core.paths.cache_dir / "copied" / "copied.txt"
    assert copied.read_text("utf-8") == conversation

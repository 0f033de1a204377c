"""Signals that come while the line editor is busy, in a pseudo-terminal."""

import signal
import sys
import time

from ....terminal.pseudo_terminal import PseudoTerminal

_LINES = 40

_READS_LINES = f"""
from seeshell.tui.cli.plain.interruptions import Interruptions
from seeshell.tui.cli.plain.line_reader import LineReader

with Interruptions() as interruptions:
    reader = LineReader([], interruptions.held)
    for number in range({_LINES}):
        try:
            reader.read(f"{{number}}> ")
        except KeyboardInterrupt:
            print()
print("done")
"""

_IS_HUNG_UP_ON_TAB = """
import os, signal
from seeshell.tui.cli.plain.interruptions import Interruptions
from seeshell.tui.cli.plain.line_reader import LineReader

class Words(list):
    def __iter__(self):
        # A second one comes from the shell that goes away, too.
        for number in (signal.SIGHUP, signal.SIGHUP):
            os.kill(os.getpid(), number)
        return super().__iter__()

with Interruptions() as interruptions:
    reader = LineReader(Words(["/help"]), interruptions.held)
    try:
        reader.read("> ")
    except SystemExit:
        print("kept:", reader.unfinished)
        raise
"""


def run(program: str) -> PseudoTerminal:
    return PseudoTerminal([sys.executable, "-c", program], {})


def test_control_c_right_after_a_key_is_not_lost() -> None:
    with run(_READS_LINES) as terminal:
        for number in range(_LINES):
            terminal.wait_for(rf"{number}>\s*\Z")
            key = terminal.send("a")
            # The editor takes the key in these 400 microseconds, sooner or later.
            while time.monotonic() - key < number / _LINES * 4e-4:
                pass
            terminal.program.send_signal(signal.SIGINT)
        terminal.wait_for("done")
        assert terminal.wait_for_exit() == 0


def test_hung_up_while_a_word_is_completed_it_ends_once_with_what_was_typed() -> None:
    with run(_IS_HUNG_UP_ON_TAB) as terminal:
        terminal.wait_for(r">\s*\Z")
        terminal.send("half a thought /h\t")
        assert terminal.wait_for_exit() == 128 + signal.SIGHUP
        assert "kept: half a thought /h" in terminal.text

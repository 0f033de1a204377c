"""`seeshell doctor`: small checks of everything between the program and the user's eyes.

Its modules in reading order:

    finding          What a check has found: a value with what to do about it.
    surroundings     What the checks look at: terminal, environment, tmux, core and settings,
                     gathered once.
    tmux             What the tmux on this side says of itself and of the terminal around it.
    checks           Every check, in the order in which the doctor tells of them.
    clipboard_check  Whether what is copied in the app gets into the clipboard of the machine in
                     front of you.
    core_checks      Checks of settings, core and model: a line each.
    session_checks   Checks of what lies between program and terminal: the line, tmux, the
                     environment.
    store_state      What is on disk, as a program of the core sees it, which mends it too where
                     that is asked.
    program_facts    What a bug report needs to say of program and machine.
    log_tail         The end of the core's log as a bug report may have it: our own words, and
                     nothing of the user's.
    redaction        What no bug report tells: names of user and machine, places of the home,
                     addresses of servers.
    terminal_checks  Checks of the terminal itself: its name, how far away it is, its pictures and
                     its colours.
"""

from .checks import redact, run_checks
from .finding import Finding
from .log_tail import read_log_tail
from .program_facts import program_facts
from .store_state import look_at_store
from .surroundings import Surroundings, look_around

__all__ = [
    "Finding",
    "Surroundings",
    "look_around",
    "look_at_store",
    "program_facts",
    "read_log_tail",
    "redact",
    "run_checks",
]

"""The command line: `seeshell`, `seeshell ask` and the commands for the core.

Its modules in reading order:

    command         The entry of the `seeshell` command: parses, runs, and turns errors into
                    sentences.
    parser          What the command line accepts, and its help.
    help_texts      What `--help` says below the options: of the app and of each command.
    open_app        `seeshell` without a command: learns what the terminal can do, then starts the
                    app.
    ask             `seeshell ask`: one question, its answer as it is written, and an honest exit
                    status.
    asking          One question over a core connection, its answer shown on the standard streams.
    followed_turn   One turn as `seeshell ask` shows it: its wait, its text, and the core's news
                    meanwhile.
    standard_input  What standard input holds: text that goes with a question, or a picture.
    endings         What is said of an answer that is no complete success.
    output          Where a command's words go: the answer to standard output, all else to standard
                    error.
    exit_status     Exit statuses of the `seeshell` command.
    core_commands   `seeshell status`, `unload`, `stop` and `core`: the resident process by hand.
    bench           `seeshell bench`: how long one waits in a chat about pictures, on this machine.
    bench_table     The figures of `seeshell bench` as lines of at most 80 columns.
"""

from .command import main

__all__ = ["main"]

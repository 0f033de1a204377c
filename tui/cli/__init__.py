"""The command line: `seeshell`, `seeshell ask` and the commands for the core.

Its modules in reading order:

    command          The entry of the `seeshell` command: parses, runs, and turns errors into
                     sentences.
    parser           What the command line accepts, and its help.
    help_texts       What `--help` says below the options: of the app and of each command.
    open_app         `seeshell` without a command: learns what the terminal can do, then starts the
                     app.
    ask              `seeshell ask`: one question, its answer as it is written, and an honest exit
                     status.
    asking           One question over a core connection, its answer shown on the standard streams.
    followed_turn    One turn as `seeshell ask` shows it: its wait, its text, and the core's news
                     meanwhile.
    standard_input   What standard input holds: text that goes with a question, or a picture.
    endings          What is said of an answer that is no complete success.
    output           Where a command's words go: the answer to standard output, all else to standard
                     error.
    exit_status      Exit statuses of the `seeshell` command.
    core_commands    `seeshell status`, `unload`, `stop` and `core`: the resident process by hand.
    models           `seeshell models`: which models are here, and everything about one of them.
    models_parser    What `seeshell models` and its commands accept.
    models_help      What `--help` says below the options of `seeshell models` and its commands.
    models_table     Models as lines of text: a table that is as wide as the terminal, or all about
                     one.
    models_pull      `seeshell models pull`: downloads a model, or what is missing of it.
    models_progress  How far a download or a conversion is, as one line: share, bytes, speed and
                     what is left.
    models_remove    `seeshell models rm`: removes a downloaded or quantised model once the user
                     agrees.
    models_quantise  `seeshell models quantise`: makes a smaller version of a model.
    tune             `seeshell tune`: trains a LoRA adapter on conversations, with mlx-vlm's own
                     trainer.
    bench            `seeshell bench`: how long one waits in a chat about pictures, on this machine.
    bench_table      The figures of `seeshell bench` as lines of at most 80 columns.
    answer_options   The options of `seeshell ask` that say how the answer is to be given.
"""

from .command import main

__all__ = ["main"]

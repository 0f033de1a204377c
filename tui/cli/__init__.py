"""The command line: `seeshell`, `seeshell ask` and the commands for the core.

Its modules in reading order:

    command            The entry of the `seeshell` command: parses, runs, and turns errors into
                       sentences.
    parser             What the command line accepts, and its help.
    arguments          Kinds of arguments that commands take, and the options that several of them
                       have.
    tools_parser       What the commands beside `ask` accept: `bench`, `tune`, `eval`, `doctor`, and
                       the core's own.
    help_texts         What `--help` says below the options: of the app and of each command.
    open_app           `seeshell` without a command: learns what the terminal can do, then starts
                       the app.
    ask                `seeshell ask`: one question, its answer as it is written, and an honest exit
                       status.
    reached_core       The core as a command that asks reaches it: started if need be, with the
                       model that it names.
    asking             One question over a core connection, its answer shown on the standard
                       streams.
    before_asking      What is looked up or noted of a conversation before a command asks in it.
    followed_turn      One turn as `seeshell ask` shows it: its wait, its text, and the core's news
                       meanwhile.
    told_marks         What an answer marks in pictures, as `--json` tells it.
    standard_input     What standard input holds: text that goes with a question, or a picture.
    endings            What is said of an answer that is no complete success.
    output             Where a command's words go: the answer to standard output, all else to
                       standard error.
    exit_status        Exit statuses of the `seeshell` command.
    core_commands      `seeshell status`, `unload`, `stop` and `core`: the resident process by hand.
    completion         Completion in the shell: what a shell is told, and what it is answered when
                       Tab is pressed.
    service_file       A core that starts at login: the file that launchd or systemd is to be given.
    chats/             The commands on stored conversations: `seeshell chats`, `show`, `export`,
                       `rm` and `tag`.
    models             `seeshell models`: which models are here, and everything about one of them.
    models_parser      What `seeshell models` and its commands accept.
    models_help        What `--help` says below the options of `seeshell models` and its commands.
    models_table       Models as lines of text: a table that is as wide as the terminal, or all
                       about one.
    models_pull        `seeshell models pull`: downloads a model, or what is missing of it.
    models_progress    How far a download or a conversion is, as one line: share, bytes, speed and
                       what is left.
    models_remove      `seeshell models rm`: removes a downloaded or quantised model once the user
                       agrees.
    models_quantise    `seeshell models quantise`: makes a smaller version of a model.
    tune               `seeshell tune`: trains a LoRA adapter on conversations, with mlx-vlm's own
                       trainer.
    bench              `seeshell bench`: how long one waits in a chat about pictures, on this
                       machine.
    bench_table        The figures of `seeshell bench` as lines of at most 80 columns.
    answer_options     The options of `seeshell ask` that say how the answer is to be given.
    attach             `seeshell attach`: puts pictures into the prompt of the window used last, or
                       into a draft.
    replies            Replies of the core to what a command asks, each of the kind that is
                       expected.
    attached           Pictures that a command attaches over its own connection: files, or from the
                       web.
    picture_arguments  What `-i` and `seeshell attach` name: files, folders, globs, addresses,
                       standard input.
    launch             What the command line asks of a chat when it starts, whether that is the app
                       or the plain one.
    plain/             `seeshell --plain`: a linear chat in the normal screen, which a screen reader
                       can follow.
    core_news          News of the core that is of no turn, as a command shows it: of models, and of
                       settings.
    each               `seeshell ask --each`: one question over many pictures, a row printed as soon
                       as it has ended.
    each_options       The options of `seeshell ask` for one question over many pictures.
    followed_roll      A roll as `seeshell ask --each` follows it: rows printed in order, Ctrl+C,
                       and how to go on.
    row_formats        Rows of a roll as `ask --each` prints them: lines of JSON, a CSV table, or
                       plain text.
    evaluation/        `seeshell eval`: pictures, questions and accepted answers, answered by rolls
                       and scored.
    doctor             `seeshell doctor`: what lies between program and user, and the exact lines
                       that mend it.
    importing/         `seeshell import`: bundles and other programs' exports taken in.
"""

from .command import main

__all__ = ["main"]

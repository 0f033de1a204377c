"""What the commands beside `ask` accept: `bench`, `tune`, `eval`, `doctor`, and the core's own."""

from argparse import SUPPRESS, ArgumentParser, HelpFormatter, _SubParsersAction
from typing import Any

from . import help_texts
from .arguments import add_json_option, positive, rate


def add_tools(commands: "_SubParsersAction[Any]", form: type[HelpFormatter]) -> None:
    """Adds these commands.

    Args:
        commands: of the program.
        form: of all help.
    """
    _add_bench(commands, form)
    _add_tune(commands, form)
    _add_eval(commands, form)
    _add_import(commands, form)
    _add_doctor(commands, form)
    _add_core_commands(commands, form)
    _add_shell_commands(commands, form)


def _add_bench(commands: "_SubParsersAction[Any]", form: type[HelpFormatter]) -> None:
    commands.add_parser(
        "bench",
        help="measure the waiting times of a chat about pictures",
        description="Measure how long one waits in a chat about pictures, on this machine.",
        epilog=help_texts.BENCH,
        formatter_class=form,
        add_options=_add_bench_options,
    )


def _add_bench_options(bench: ArgumentParser) -> None:
    bench.add_argument("--model", metavar="MODEL", default=SUPPRESS, help="model to measure")
    bench.add_argument(
        "--compare",
        choices=["mlx-vlm"],
        help="measure the same through mlx-vlm's own loop, in turns",
    )
    for name, default, what in (
        ("--runs", 3, "how often to measure"),
        ("--image-size", 448, "pixels across and down of the pictures, which are drawn for this"),
        ("--pixel-budget", None, "most image tokens of one picture, instead of the setting"),
        ("--pictures", 16, "pictures of the long conversation"),
    ):
        told = what if default is None else f"{what} ({default})"
        bench.add_argument(name, type=positive, metavar="N", default=default, help=told)
    add_json_option(bench, "the figures as one JSON document")


def _add_doctor(commands: "_SubParsersAction[Any]", form: type[HelpFormatter]) -> None:
    doctor = commands.add_parser(
        "doctor",
        help="say what terminal, program and disk can do, and mend what is on the disk",
        description="Say what terminal, program and disk can do, and mend what is on the disk.",
        epilog=help_texts.DOCTOR,
        formatter_class=form,
    )
    doctor.add_argument(
        "--images",
        action="store_true",
        help="draw a test card in every protocol that the terminal knows",
    )
    doctor.add_argument(
        "--repair",
        action="store_true",
        help="mend what is wrong on the disk, while no core runs; nothing that can be read is lost",
    )
    add_json_option(doctor, "the findings as one JSON document")


def _add_tune(commands: "_SubParsersAction[Any]", form: type[HelpFormatter]) -> None:
    commands.add_parser(
        "tune",
        help="train a LoRA adapter on conversations",
        description="Train a LoRA adapter on conversations, with mlx-vlm's own trainer.",
        epilog=help_texts.TUNE,
        formatter_class=form,
        add_options=_add_tune_options,
    )


def _add_tune_options(tune: ArgumentParser) -> None:
    tune.add_argument("name", metavar="NAME", help="what to call it")
    tune.add_argument(
        "--from",
        nargs="+",
        dest="selection",
        metavar="QUERY|IDS",
        required=True,
        help="words that conversations have, or their IDs",
    )
    tune.add_argument("--model", metavar="MODEL", default=SUPPRESS, help="model that it is for")
    for name, kind, default, what in (
        ("--iterations", positive, None, "answers to learn, one after the other"),
        ("--rank", positive, 8, "width of its matrices (8): how much it can learn"),
        ("--learning-rate", rate, 1e-4, "how much each step changes (1e-4)"),
    ):
        tune.add_argument(name, type=kind, metavar="N", default=default, help=what)
    add_json_option(tune, "one JSON document")


def _add_eval(commands: "_SubParsersAction[Any]", form: type[HelpFormatter]) -> None:
    commands.add_parser(
        "eval",
        help="answer a file of questions about pictures, and score the answers",
        description="Answer a file of questions about pictures, and score the answers.",
        epilog=help_texts.EVAL,
        formatter_class=form,
        add_options=_add_eval_options,
    )


def _add_eval_options(evaluation: ArgumentParser) -> None:
    from .evaluation.options import add_evaluation_options

    add_evaluation_options(evaluation)
    add_json_option(evaluation, "one JSON document")


def _add_import(commands: "_SubParsersAction[Any]", form: type[HelpFormatter]) -> None:
    commands.add_parser(
        "import",
        help="take in conversations of a bundle, or of another program",
        description="Take in conversations of a bundle, or of another program.",
        epilog=help_texts.IMPORT,
        formatter_class=form,
        add_options=_add_import_options,
    )


def _add_import_options(parser: ArgumentParser) -> None:
    from .importing.options import add_import_options

    add_import_options(parser)


def _add_core_commands(commands: "_SubParsersAction[Any]", form: type[HelpFormatter]) -> None:
    for name, summary, epilog in (
        ("status", "say what the core is doing", help_texts.STATUS),
        ("unload", "free the model and keep the core", help_texts.UNLOAD),
        ("stop", "end the core", help_texts.STOP),
    ):
        command = commands.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=epilog,
            formatter_class=form,
        )
        add_json_option(command, "one JSON document")
    commands.add_parser(
        "core",
        help="run the core in the foreground",
        description="Run the core in the foreground.",
        epilog=help_texts.CORE,
        formatter_class=form,
    )


def _add_shell_commands(commands: "_SubParsersAction[Any]", form: type[HelpFormatter]) -> None:
    completion = commands.add_parser(
        "completion",
        help="print what a shell needs to complete seeshell",
        description="Print what a shell needs to complete seeshell's commands and options.",
        epilog=help_texts.COMPLETION,
        formatter_class=form,
    )
    completion.add_argument("shell", choices=["bash", "zsh", "fish"], help="the shell")
    service = commands.add_parser(
        "service",
        help="print the file that starts the core at login",
        description="Print the file that has launchd or systemd start the core at login.",
        epilog=help_texts.SERVICE,
        formatter_class=form,
    )
    service.add_argument("manager", choices=["launchd", "systemd"], help="who is to start it")

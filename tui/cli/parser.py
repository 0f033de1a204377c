"""What the command line accepts, and its help."""

import re
from argparse import (
    SUPPRESS,
    ArgumentParser,
    ArgumentTypeError,
    Namespace,
    RawDescriptionHelpFormatter,
    _SubParsersAction,
)
from collections.abc import Sequence
from os.path import expanduser
from pathlib import Path
from shlex import quote
from typing import Final, NoReturn

from ... import __version__
from ..visible import visible

STANDARD_INPUT = "-"
"""Stands for the question, or for one of the pictures."""

_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*://|data:", re.IGNORECASE)

_ABOUT = """\
Chat about pictures with a vision-language model that runs on this machine.
Without a command, seeshell opens the app; everything in it has a key (F1 lists them)."""

_EPILOG = """\
environment:
  SEESHELL_HOME    one folder for settings, conversations, log and socket
  SEESHELL_MODEL   model to use when --model is not given
  SEESHELL_IMAGES  how to draw pictures: auto, tgp, halfblock or none

A MODEL is `demo`, a folder, a Hugging Face repository id, or an OpenAI-compatible
endpoint: its address, such as http://host:8080/v1#name or localhost:8080, or the NAME
that config.toml gives it, with #model behind it for another one of its models:

  [endpoints.NAME]
  url = "https://host/v1"
  model = "name"            left out, the server's first model is taken
  key_variable = "HOST_KEY" the environment variable that holds its key
  context = 32768           tokens of the model's context, if the server does not say
  key_over_http = true      sends the key unencrypted beyond this machine, too

OPENAI_API_KEY is sent to api.openai.com and to this machine; any other server gets the
key that its table names, and none over plain http unless the table says so. Keys,
proxies (https_proxy and its kind) and certificates (SSL_CERT_FILE) are those of the
terminal that asks, whenever the core was started. A change of config.toml counts from
the next question on, or you are told that it does not."""

_ASK_EPILOG = """\
The answer streams to standard output, everything else goes to standard error. The
question and its answer are stored as a conversation, which --chat, --continue and the
app take up again.

Text that is piped or redirected to standard input follows PROMPT after an empty line,
or is the question if there is no PROMPT: UTF-8 up to 8 MiB, read to its end first. In
a loop or script that reads its own standard input add < /dev/null, as for ssh; a file
of which something else has read the start is left alone. PROMPT or one IMAGE may be -
for standard input, which then goes nowhere else. --retry does not read it.

Into a file or pipe the answer goes without control characters other than newline and
tab; --raw leaves them in, and adds no newline. A terminal gets them as visible signs in
any case, and also what would hide or reorder text. --json escapes all these.

While the conversation is being answered, the question waits behind those that were
asked before; if they were paused, they go on. --retry, with --chat or --continue,
asks the last question again if its answer failed, was filtered, or has no words, and
takes neither PROMPT nor -i.

exit status: 0 only for a complete answer, 1 for an error or an answer that was cut
off, 2 for wrong usage, 130 after Ctrl+C, which stops the answer, or takes a question
that still waits out of the queue.

--json prints one document with these keys:
  text, thoughts (what the model thought before it answered), conversation (the ID
  for --chat), model, finish_reason (see below), attachments [name, sha256, width,
  height, model_width, model_height, tokens, note], stats {prompt_tokens,
  reused_tokens, prefilled_tokens, generated_tokens, images_encoded, images_reused,
  ttft, prompt_tps, generation_tps, peak_bytes, recomputed, ended_early}; times are
  in seconds. After an error: error {kind, message}, and text, thoughts and conversation
  if the question was stored.

finish_reason is stop for a complete answer; length for one that is cut off at the
token limit; cancelled for one that was stopped; filtered for one that the server's
filter cut off or kept back; empty if the model said nothing; thoughts_only if it
only thought. Only stop exits with 0; for the others one sentence on standard error
says what happened.

examples:
  seeshell ask -i lemons.jpg "How much are the lemons?"
  seeshell ask --continue "And the oranges?"
  seeshell ask --continue --retry
  git diff | seeshell ask "Write a commit message for this:"
  screencapture -x -t png - | seeshell ask -i - "Which window is in front?"
  seeshell ask --json -i receipt.heic - < questions.txt | jq -r .text"""

_BENCH_EPILOG = """\
Nine questions as people ask them, about pictures that are attached right before sending
and early enough for the work ahead to end; follow-ups in a conversation with one picture
and with many, and after a restart; and the speed of a long answer. Everything runs in
processes and folders of its own, and no conversation is stored. Each run loads the model
four or five times.

--json prints one document, all of it medians over the runs, times in seconds:
  model {source, name, weights_bytes, context_length}, machine {platform, processor,
  cores, memory_bytes, device, load, versions}, runs, image_size, pixel_budget,
  steps and steps_early [name, ttft, reused, prefilled, encoded], compare {name, steps,
  decode}, ratio_right_before and ratio_early (sums of ttft, ours over theirs),
  floor {seconds, ratio} (the steps' encodes and prefills by themselves in mlx-vlm),
  regenerate_ratio (against a text follow-up), growth {pictures, one, many, ratio,
  alone_one, alone_many, alone_ratio (mlx-vlm's language model by itself),
  floor_ratio (many against alone_many)},
  restart {warm, reopened, disk_read, spilled_bytes, ratio, opened, opened_ratio,
  reused, prefilled, encoded},
  memory {overhead_bytes, ratio} (above weights and KV caches, against the weights),
  decode {tokens, tps, ratio}; what needs --compare is null without it.

examples:
  seeshell bench
  seeshell bench --compare mlx-vlm --runs 5 --json > figures.json"""

_STATUS_EPILOG = """\
exit status: 0 if a core runs, 1 if none does.

--json prints one document: running, and if true version, pid, state (unloaded,
loading, ready, prefilling, decoding or failed), model, model_notice,
context_length, context_used, active_bytes, uptime (seconds), clients, open_turns,
is_preparing (whether it works ahead of a turn)."""

_STOP_EPILOG = """\
Answers that are being written are stopped, and kept as far as they got. The core
starts again with the next question. --json prints one document: stopped (whether a
core was running)."""

_CORE_EPILOG = """\
The app and `ask` start the core by themselves; this is for service managers and for
watching it. Ctrl+C or SIGTERM ends it after everything is stored."""


class _Form(RawDescriptionHelpFormatter):
    """Descriptions as they are written, option help in one column."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=24, width=88)


class _Parser(ArgumentParser):
    """Says what is wrong without letting what was typed steer the terminal."""

    def error(self, message: str) -> NoReturn:
        """Prints usage and message, and ends the program with status 2."""
        super().error(visible(message))


def parse(argv: Sequence[str] | None) -> Namespace:
    """Returns the options; `command` is None for the app. Wrong usage exits with status 2.

    Paths of pictures are absolute: the core has a working directory of its own.
    """
    parser = _build_parser()
    options = parser.parse_args(argv)
    options.image += options.more_images
    if options.resume and options.chat is not None:
        parser.error("--chat and --continue can't be used together")
    if options.command == "ask" and options.retry:
        _check_retry(parser, options)
    return options


def _check_retry(parser: _Parser, options: Namespace) -> None:
    """Ends the program unless `--retry` has a question that failed, and no other."""
    if options.prompt or options.image:
        parser.error("--retry asks the failed question again as it was: leave PROMPT and -i out")
    if options.chat is None and not options.resume:
        parser.error("--retry needs --chat ID or --continue")


def _build_parser() -> _Parser:
    parser = _Parser(prog="seeshell", description=_ABOUT, epilog=_EPILOG, formatter_class=_Form)
    parser.set_defaults(model=None, chat=None, resume=False, json=False, raw=False, more_images=[])
    parser.add_argument("--version", action="version", version=f"seeshell {__version__}")
    _add_conversation_options(parser, images="image")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _add_ask(commands)
    _add_bench(commands)
    _add_core_commands(commands)
    return parser


def _add_conversation_options(parser: ArgumentParser, *, images: str) -> None:
    """Adds what the app and `ask` share; given before the command, it counts for the command.

    Args:
        parser: of the app or of `ask`.
        images: where the pictures go: a command's own list would replace the app's.
    """
    parser.add_argument("--model", metavar="MODEL", default=SUPPRESS, help="model to use from now")
    parser.add_argument(
        "-i",
        "--image",
        type=_picture_path,
        action="append",
        dest=images,
        metavar="IMAGE",
        default=[],
        help="picture to attach; may be given several times",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--chat", type=int, metavar="ID", default=SUPPRESS, help="go on with this conversation"
    )
    which.add_argument(
        "--continue",
        action="store_true",
        dest="resume",
        default=SUPPRESS,
        help="go on with the newest conversation",
    )


def _add_json_option(parser: ArgumentParser, what: str) -> None:
    parser.add_argument("--json", action="store_true", default=SUPPRESS, help=f"print {what}")


def _add_ask(commands: "_SubParsersAction[_Parser]") -> None:
    ask = commands.add_parser(
        "ask",
        help="ask one question and print the answer",
        description="Ask one question, about pictures or not, and print the answer.",
        epilog=_ASK_EPILOG,
        formatter_class=_Form,
    )
    _add_conversation_options(ask, images="more_images")
    _add_json_option(ask, "the answer with its figures as one JSON document")
    ask.add_argument(
        "--retry", action="store_true", help="ask the question again whose answer failed last"
    )
    ask.add_argument(
        "--raw",
        action="store_true",
        default=SUPPRESS,
        help="leave control characters in the answer, into a file or pipe",
    )
    ask.add_argument("prompt", nargs="*", metavar="PROMPT", help="the question; words are joined")


def _add_bench(commands: "_SubParsersAction[_Parser]") -> None:
    bench = commands.add_parser(
        "bench",
        help="measure the waiting times of a chat about pictures",
        description="Measure how long one waits in a chat about pictures, on this machine.",
        epilog=_BENCH_EPILOG,
        formatter_class=_Form,
    )
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
        bench.add_argument(name, type=_positive, metavar="N", default=default, help=told)
    _add_json_option(bench, "the figures as one JSON document")


def _picture_path(text: str) -> str:
    """Returns the absolute path of a picture; what stands for standard input stays.

    Raises:
        ArgumentTypeError: it is an address of another machine.
    """
    if text == STANDARD_INPUT:
        return text
    if text[:6].lower() == "file:/":
        from ..attach_paths import path_of

        text = path_of(text)
    if _ADDRESS.match(text):
        raise ArgumentTypeError(
            f"{text} is an address, and seeshell does not fetch pictures yet; download it first, "
            f"as with `curl -LO {quote(text)}`, and name the file"
        )
    try:
        return str(Path(expanduser(text)).absolute())  # noqa: PTH111 - as in `absolute_source`
    except FileNotFoundError as error:
        raise ArgumentTypeError(
            f"the working directory, in which {text} would be, was deleted: change to another one, "
            "or give the full path"
        ) from error


def _positive(text: str) -> int:
    """Returns a number of which there is at least one."""
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text} is not a number from 1 up")
    return int(text)


def _add_core_commands(commands: "_SubParsersAction[_Parser]") -> None:
    for name, summary, epilog in (
        ("status", "say what the core is doing", _STATUS_EPILOG),
        ("stop", "end the core", _STOP_EPILOG),
    ):
        command = commands.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=epilog,
            formatter_class=_Form,
        )
        _add_json_option(command, "one JSON document")
    commands.add_parser(
        "core",
        help="run the core in the foreground",
        description="Run the core in the foreground.",
        epilog=_CORE_EPILOG,
        formatter_class=_Form,
    )

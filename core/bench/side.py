"""What the measuring processes have in common: how they are told what to do, and how they answer.

The plan is the only argument; replies are lines of JSON. What libraries print to standard output
goes to standard error instead.
"""

import os
import sys
from collections.abc import Callable
from typing import Final

import msgspec

from ..client_environment import ClientEnvironment, read_client_environment
from ..errors import ModelUnsupported, SeeshellError
from ..models.endpoints import find_endpoint
from ..models.progress import LoadProgress
from ..models.sources import default_source
from .values import Failed, Plan, Progress, Reply

ANSWER_TOKENS: Final = 8
"""Of each answer in a script: enough to be a turn, few enough to wait for."""

DECODED_TOKENS: Final = 128
"""Of the long answer that decode speed is measured on."""

DECODE_TRIES: Final = 3
"""The fastest counts: all that disturbs an answer makes it slower."""

Report = Callable[[str], None]
"""Tells the user what is being done."""


def run_side(measure: Callable[[Plan, Report], Reply]) -> int:
    """Measures what the command line's plan says; returns the exit code."""
    replies = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def send(reply: Reply) -> None:
        os.write(replies, msgspec.json.encode(reply) + b"\n")

    plan = msgspec.json.decode(sys.argv[1], type=Plan)
    try:
        send(measure(plan, lambda sentence: send(Progress(sentence))))
    except SeeshellError as error:
        send(Failed(type(error).__name__, str(error)))
        return 1
    return 0


def model_source(plan: Plan) -> str:
    """Returns the model to measure.

    Raises:
        ModelUnsupported: it runs on another machine.
    """
    source = default_source(plan.model)
    if find_endpoint(source, {}) is not None:
        raise ModelUnsupported(
            f"Only a model on this machine can be measured and {source} is an endpoint; name "
            f"another with --model."
        )
    return source


def own_environment() -> ClientEnvironment:
    """Returns how the process that measures reaches the hub: as the user who started it does."""
    return read_client_environment(os.environ)


def describe_loading(progress: LoadProgress) -> str:
    """Returns how far loading has come, in words."""
    return f"{progress.stage} {progress.fraction:.0%}" if progress.fraction else progress.stage

"""What is on disk, as a program of the core sees it, which mends it too where that is asked."""

import subprocess
import sys
from collections.abc import Mapping
from typing import Final

import msgspec

from ...core.care.condition import Condition
from ...core.errors import SeeshellError
from .finding import Finding

_PROGRAM: Final = "seeshell.core.care"


def look_at_store(environment: Mapping[str, str], *, repairs: bool = False) -> list[Finding]:
    """Returns what is found of conversations, pictures and folders.

    Args:
        environment: of this process.
        repairs: whether what can be mended is mended first.

    Raises:
        SeeshellError: nothing was mended, since a core runs.
    """
    command = [sys.executable, "-m", _PROGRAM, *(["--repair"] if repairs else [])]
    done = subprocess.run(command, env=dict(environment), capture_output=True, check=False)
    if done.returncode == 0:
        conditions = msgspec.json.decode(done.stdout, type=list[Condition])
        return [_finding(it) for it in conditions]
    said = done.stderr.decode(errors="replace").strip().splitlines()
    sentence = said[-1] if said else "What is on the disk could not be looked at."
    if repairs:
        raise SeeshellError(sentence)
    return [Finding("conversations", sentence, "unknown")]


def _finding(condition: Condition) -> Finding:
    advice = condition.advice
    if condition.can_repair:
        advice = f"{advice} seeshell stop, then seeshell doctor --repair."
    return Finding(condition.name, condition.found, condition.health, advice)

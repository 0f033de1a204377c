"""What the doctor prints is fit for a bug report: nothing private stands in it."""

from pathlib import Path

import pytest

from seeshell.tui.doctor.finding import Finding
from seeshell.tui.doctor.log_tail import read_log_tail
from seeshell.tui.doctor.redaction import Redaction

SECRETS = ("quetzalcoatlus", "mum's birthday", "/Users/zaphod", "10.1.2.3", "hunter2")

LOG = """\
2026-05-01 10:00:00,123 77 INFO seeshell.core.service: serving on /Users/zaphod/run/core.sock
2026-05-01 10:00:01,123 77 INFO seeshell.core.sessions.model_loader: loaded /Users/zaphod/hunter2
2026-05-01 10:00:02,123 77 INFO seeshell.core.sessions.answering: answer 12 ended as cancelled
2026-05-01 10:00:03,123 77 WARNING seeshell.core.sessions.answering: a turn was not started: \
mum's birthday.png is missing
2026-05-01 10:00:04,123 77 INFO httpx: HTTP Request: POST http://10.1.2.3/quetzalcoatlus
2026-05-01 10:00:05,123 77 ERROR seeshell.core.ipc.connection: SubmitTurn failed unexpectedly
Traceback (most recent call last):
  File "/Users/zaphod/.venv/lib/python3.11/site-packages/seeshell/core/x.py", line 3, in run
    raise ValueError("quetzalcoatlus")
seeshell.core.errors.StoreError: hunter2
ValueError: mum's birthday
libc++abi: terminating due to uncaught exception of type std::runtime_error: quetzalcoatlus
mum's birthday
"""

TOLD = [
    "2026-05-01 10:00:00 INFO seeshell.core.service: serving on …",
    "2026-05-01 10:00:01 INFO seeshell.core.sessions.model_loader: loaded …",
    "2026-05-01 10:00:02 INFO seeshell.core.sessions.answering: answer 12 ended as cancelled",
    "2026-05-01 10:00:03 WARNING seeshell.core.sessions.answering: a turn was not started: …",
    "2026-05-01 10:00:04 INFO httpx: …",
    "2026-05-01 10:00:05 ERROR seeshell.core.ipc.connection: … failed unexpectedly",
    "Traceback (most recent call last):",
    "  File /seeshell/core/x.py, line 3, in run",
    "…",
    "seeshell.core.errors.StoreError",
    "ValueError",
    "libc++abi: terminating due to uncaught exception of type std",
    "…",
]


def test_of_the_log_our_own_words_are_told(tmp_path: Path) -> None:
    log = tmp_path / "core.log"
    log.write_text(LOG)
    assert read_log_tail(log) == TOLD
    assert not any(secret in line for secret in SECRETS for line in TOLD)


def test_without_a_log_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert read_log_tail(tmp_path / "core.log") == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/Users/zaphod/.config/x", "~/.config/x"),
        ("zaphod's machine, zaphods, heart-of-gold", "USER's machine, zaphods, HOST"),
        ("see https://10.1.2.3:8000/v1?key=hunter2 there", "see https://… there"),
    ],
)
def test_names_and_places_are_left_out(text: str, told: str) -> None:
    names = (("zaphod", "USER"), ("heart-of-gold", "HOST"), ("", "a server"))
    redaction = Redaction({"": "?", "/Users/zaphod": "~"}, names)
    assert redaction.text(text) == told
    assert redaction.finding(Finding("x", text, advice=text, lines=(text,))) == Finding(
        "x", told, advice=told, lines=(told,)
    )

"""`seeshell ask` between other programs: the installed command, and a model that says it all."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from seeshell.core.demo import SAMPLES_PATH

from ...patience import PATIENCE
from ...terminal.installed import COMMAND, Installed

PICTURE = SAMPLES_PATH / "red-circle-blue-square.png"
STEERING = "\x1b]0;title\x07\x9b31m\u202ered\u2066\U000e0041\x7f\r\n\té 日本 می\u200cخ 👩\u200d💻"
IN_A_PIPE = "]0;title31m\u202ered\u2066\U000e0041\n\té 日本 می\u200cخ 👩\u200d💻"
ON_A_TERMINAL = "␛]0;title␇<009b>31m<202e>red<2066><e0041>␡"


class Echo(BaseHTTPRequestHandler):
    """A model that answers each question by itself, and `steer` by what no terminal should see."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._send(json.dumps({"object": "list", "data": [{"id": "echo"}]}), "application/json")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        answer = _text_of(body["messages"][-1]["content"])
        pieces = STEERING if answer == "steer" else [answer]
        deltas = [json.dumps({"choices": [{"delta": {"content": piece}}]}) for piece in pieces]
        stop = json.dumps({"choices": [{"delta": {}, "finish_reason": "stop"}]})
        events = [*deltas, stop, "[DONE]"]
        self._send("".join(f"data: {event}\n\n" for event in events), "text/event-stream")

    def _send(self, text: str, kind: str) -> None:
        content = text.encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Keeps standard error for the tests."""


def _text_of(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """The command with a core that stays for the whole module."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/v1#echo"
    installed = Installed(tmp_path_factory.mktemp("pipes"), address)
    yield installed
    installed.run("stop")
    server.shutdown()
    server.server_close()


def run_script(installed: Installed, script: str, **variables: str | Path) -> str:
    """Returns what a shell script prints; in it `$ask` asks."""
    environment = os.environ | installed.environment | {"ask": f"{COMMAND} ask"}
    done = subprocess.run(
        ["sh", "-c", script],
        env=environment | {name: str(value) for name, value in variables.items()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        timeout=PATIENCE,
        check=True,
    )
    return done.stdout.decode()


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        ("cat $notes | $ask Shorten this", "Shorten this\n\n- one\n- two"),
        ("$ask Shorten this < $notes", "Shorten this\n\n- one\n- two"),
        ("cat $notes | $ask", "- one\n- two"),
        ("cat $notes | $ask -", "- one\n- two"),
        ("$ask Who < /dev/null", "Who"),
        ("$ask Who <&-", "Who"),
        (": | $ask Who", "Who"),
        ("cat $notes | $ask -i $picture Who", "Who\n\n- one\n- two"),
        ("cat $picture | $ask -i - Who", "Who"),
        ("while read -r mark line; do $ask $line; done < $notes", "one\ntwo"),
        ("cat $notes | while read -r mark line; do $ask $line < /dev/null; done", "one\ntwo"),
        ("cat $notes | $ask Shorten | $ask Translate", "Translate\n\nShorten\n\n- one\n- two"),
    ],
)
def test_the_model_is_asked_with_what_is_piped(
    installed: Installed, tmp_path: Path, script: str, answer: str
) -> None:
    notes = tmp_path / "notes"
    notes.write_text("- one\n- two\n")
    assert run_script(installed, script, notes=notes, picture=PICTURE) == f"{answer}\n"


def test_a_picture_that_is_piped_as_text_gets_a_sentence(installed: Installed) -> None:
    done = installed.run("ask", "--json", "What is this?", given=PICTURE.read_bytes())
    assert done.returncode == 1
    error = json.loads(done.stdout)["error"]
    assert (error["kind"], "-i -" in error["message"]) == ("BadRequest", True)


def test_a_failed_question_is_asked_again_without_what_is_piped(installed: Installed) -> None:
    asked = json.loads(installed.run("ask", "--json", "Who").stdout)
    again = installed.run(
        "ask", "--chat", str(asked["conversation"]), "--retry", given=b"\x89PNG\0"
    )
    assert "did not fail" in again.stderr


def test_ctrl_c_ends_the_wait_for_a_pipe_that_stays_open(installed: Installed) -> None:
    with subprocess.Popen(
        [COMMAND, "ask", "Shorten this"],
        env=os.environ | installed.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as asking:
        assert asking.stderr
        assert b"reading standard input to its end" in asking.stderr.readline()
        asking.send_signal(signal.SIGINT)
        out, err = asking.communicate(timeout=PATIENCE)
    assert (asking.returncode, out, err) == (130, b"", b"")


def test_an_answer_in_a_pipe_has_no_control_characters(installed: Installed) -> None:
    assert installed.run("ask", "steer").stdout == f"{IN_A_PIPE}\n"


def test_a_raw_answer_is_the_models_own(installed: Installed) -> None:
    assert installed.run("ask", "--raw", "steer").stdout == STEERING


def test_a_document_escapes_what_steers_or_hides(installed: Installed) -> None:
    written = installed.run("ask", "--json", "--raw", "steer").stdout
    assert json.loads(written)["text"] == STEERING
    for escaped in (r"\u001b", r"\u009b", r"\u007f", r"\u202e", r"\u2066", r"\udb40\udc41"):
        assert escaped in written
    assert "é 日本 می\u200cخ 👩\u200d💻" in written


@pytest.mark.parametrize("options", [[], ["--raw"]])
def test_an_answer_on_a_terminal_is_made_visible(installed: Installed, options: list[str]) -> None:
    with installed.open("ask", *options, "steer") as terminal:
        assert terminal.wait_for_exit() == 0
        written = b"".join(chunk.output for chunk in terminal.chunks).decode()
    assert ON_A_TERMINAL in written
    assert "é 日本 می\u200cخ 👩\u200d💻" in written
    assert not set(written) & set("\x1b\x07\x9b\u202e\u2066\x7f")


@pytest.mark.parametrize(
    ("redirection", "status", "told"),
    [
        (">&-", 0, ""),
        (">/dev/full", 1, "seeshell: Standard output can't be written (No space left on device)."),
        ("1</dev/null", 1, "seeshell: Standard output can't be written (Bad file descriptor)."),
        ("--json >/dev/full", 1, "seeshell: Standard output can't be written (No space"),
        ("2>&-", 0, "Who"),
        ("2>/dev/full", 0, "Who"),
        (">&- 2>&- <&-", 0, ""),
    ],
)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no device that is always full")
def test_streams_that_take_nothing_get_a_sentence_and_no_traceback(
    installed: Installed, tmp_path: Path, redirection: str, status: int, told: str
) -> None:
    out = tmp_path / "out"
    script = f"exec >$out 2>&1; $ask Who {redirection}; echo status $? >> $out"
    run_script(installed, script, out=out)
    *lines, last = [line for line in out.read_text().splitlines() if not line.startswith("Text")]
    assert last == f"status {status}"
    assert "\n".join(lines).startswith(told)
    assert len(lines) == (told != "")


@pytest.mark.parametrize("redirection", ["<&- 2>$log", "2>$log", "</dev/null 2>$log"])
def test_the_app_without_a_whole_terminal_says_so(
    installed: Installed, tmp_path: Path, redirection: str
) -> None:
    log, (terminal, end) = tmp_path / "log", os.openpty()
    done = subprocess.run(
        ["sh", "-c", f"{COMMAND} {redirection}"],
        env=os.environ | installed.environment | {"log": str(log)},
        stdin=end,
        stdout=end,
        timeout=PATIENCE,
        check=False,
    )
    os.close(end)
    os.close(terminal)
    assert done.returncode == 1
    assert log.read_text().startswith("seeshell: The app needs a terminal for input, output and")

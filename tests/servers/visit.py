"""A real server, asked by the installed command as a user would ask it."""

import asyncio
import hashlib
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from seeshell.core.demo import MODEL_PATH, SAMPLES_PATH
from seeshell.core.engine.engine import PromptImage, PromptMessage, TextDelta
from seeshell.core.engine.remote.remote_engine import RemoteEngine
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.pictures.workers import PictureWorkers

from ..cramped import write_cramped_model
from ..terminal.installed import Installed
from .server import Server

PICTURE = SAMPLES_PATH / "red-circle-blue-square.png"
WHAT = "what is in the picture?"

_Asked = tuple[str, GenerationOptions]
"""A system prompt, empty for none, and how to answer."""

_OPTIONS: tuple[_Asked, ...] = (
    ("", GenerationOptions(temperature=0.0)),
    (
        "Answer in English.",
        GenerationOptions(
            temperature=0.0,
            top_p=0.9,
            top_k=20,
            min_p=0.05,
            repetition_penalty=1.01,
            presence_penalty=0.01,
            seed=3,
            thinking=False,
            thinking_budget=16,
        ),
    ),
    *(("", GenerationOptions(temperature=3.0, seed=seed, max_tokens=24)) for seed in (1, 1, 5)),
)

_SLOW = 300.0
"""Seconds for an answer; a server loads the model that it is asked for first."""


class Visit:
    """One server and the command that asks it."""

    def __init__(self, server: Server, folder: Path, rambling: Path) -> None:
        self.server = server
        self.folder = folder
        self.demo = f"{server.url}#{MODEL_PATH}"
        self.rambling = f"{server.url}#{rambling}"
        self.installed = Installed(folder, self.demo)

    @property
    def steps(self) -> tuple[Callable[[], None], ...]:
        """What is done, in this order; each raises `Wrong` where something is not as it should."""
        if self.server.context:
            return self.chat, self.full
        return self.chat, self.picture, self.options, self.stop, self.error, self.restart

    def chat(self) -> None:
        """A question, and one about what was said."""
        done = self.installed.run("ask", "hello", timeout=_SLOW)
        _expect(done.returncode == 0 and done.stdout.strip(), "it answers", done)

    def picture(self) -> None:
        """A question about a picture, a follow-up, a second picture."""
        run = self.installed.run
        done = run("ask", "-i", PICTURE, WHAT, timeout=_SLOW)
        _expect("red circle" in done.stdout, "it sees the picture", done)
        done = run("ask", "--continue", "what color is the square?", timeout=_SLOW)
        _expect("blue" in done.stdout, "it remembers the picture", done)
        done = run("ask", "-i", SAMPLES_PATH / "green-star.png", WHAT, timeout=_SLOW)
        _expect("star" in done.stdout, "it sees the next picture and not the one before", done)

    def options(self) -> None:
        """Every option and a system prompt: the server takes them all, and goes by them."""
        plain, system, *seeds = asyncio.run(self._ask_with(*_OPTIONS))
        _expect("red circle" in _text(plain), "it answers without options", plain)
        _expect("red circle" in _text(system), "it takes a system prompt and all options", system)
        longer = system[-1].stats.prompt_tokens - plain[-1].stats.prompt_tokens
        _expect(longer > 0, "the system prompt is part of the prompt", longer)
        ignored = [answer[-1].stats.ignored_options for answer in (system, *seeds)]
        _expect(not any(ignored), "it refuses no option", ignored)
        first, again, _ = texts = [_text(answer) for answer in seeds]
        _expect(first == again, "a seed repeats an answer", texts)
        _expect(len(set(texts)) > 1, "another seed gives another one", texts)

    def full(self) -> None:
        """A context without room is told with what to leave out, and that makes room."""
        colours = ("red", "green", "blue", "yellow", "purple")
        pictures = [self.folder / f"{colour}.png" for colour in colours]
        cramped = self.folder / "cramped"
        write_cramped_model(cramped)
        for path in pictures:
            Image.new("RGB", (256, 256), path.stem).save(path)
        one, two, three, four, five = (("-i", path) for path in pictures)
        run = self.installed.run
        done = run(
            "ask", "--model", f"{self.server.url}#{cramped}", *one, *two, WHAT, timeout=_SLOW
        )
        _expect(done.returncode == 0, "it answers about two pictures", done)
        done = run("ask", "--continue", *three, *four, WHAT, timeout=_SLOW)
        _expect(done.returncode == 0, "it answers about four", done)
        done = run("ask", "--continue", *five, WHAT, timeout=_SLOW)
        _expect("--leave-out-oldest" in done.stderr, "a fifth does not fit, and it says so", done)
        done = run("ask", "--continue", "--leave-out-oldest", *five, WHAT, timeout=_SLOW)
        _expect(done.returncode == 0 and "left out" in done.stderr, "room is made", done)

    async def _ask_with(self, *asked: _Asked) -> list[list[Any]]:
        """Returns the events of the answers to a question about the picture."""
        workers = PictureWorkers()
        engine = RemoteEngine(1280, 10**8, {}, workers)
        sha256 = hashlib.sha256(PICTURE.read_bytes()).hexdigest()
        question = PromptMessage.of("user", WHAT, (PromptImage(PICTURE, sha256),))
        answers = []
        try:
            await engine.load(self.demo, lambda _: None)
            for system, options in asked:
                told = (PromptMessage.of("system", system),) if system else ()
                events = engine.answer((*told, question), options)
                answers.append([event async for event in events])
        finally:
            await engine.close()
            await workers.close()
        return answers

    def stop(self) -> None:
        """Ctrl+C in the middle of an answer that would not end; the next question is answered."""
        with self.installed.start("ask", "--model", self.rambling, "-i", PICTURE, WHAT) as asking:
            assert asking.stdout
            first = asking.stdout.read(1)
            asking.send_signal(signal.SIGINT)
            _, said = asking.communicate(timeout=_SLOW)
        _expect(first and asking.returncode == 130, "it can be stopped", said)
        done = self.installed.run("ask", "--model", self.demo, "-i", PICTURE, WHAT, timeout=_SLOW)
        _expect("red circle" in done.stdout, "it answers after a stop", done)

    def error(self) -> None:
        """A model that the server does not have; the conversation goes on with another."""
        name = f"{self.server.url}#no-such/model"
        done = self.installed.run("ask", "--model", name, "hello", timeout=_SLOW)
        says = done.stderr.strip()
        _expect(done.returncode == 1 and says.endswith("."), "an unknown model is a sentence", done)
        _expect("Traceback" not in says, "no traceback is shown", done)
        done = self.installed.run("ask", "--model", self.demo, "hello", timeout=_SLOW)
        _expect(done.returncode == 0, "it answers after an error", done)

    def restart(self) -> None:
        """The server dies in the middle of an answer and is started again."""
        with self.installed.start("ask", "--model", self.rambling, "-i", PICTURE, WHAT) as asking:
            assert asking.stdout
            first = asking.stdout.read(1)
            self.server.kill()
            rest, said = asking.communicate(timeout=_SLOW)
        _expect(first and rest and asking.returncode == 1, "the text that came is kept", said)
        done = self.installed.run("ask", "--continue", "and now?", timeout=_SLOW)
        _expect("No server answers" in done.stderr, "a dead server is told as such", done)
        self.server.start()
        done = self.installed.run("ask", "--model", self.demo, "-i", PICTURE, WHAT, timeout=_SLOW)
        _expect("red circle" in done.stdout, "it answers once the server is back", done)

    def close(self) -> None:
        """Ends the core and the server."""
        self.installed.run("stop")
        self.server.kill()


class Wrong(Exception):
    """Something did not go as it should."""


def _expect(holds: object, what: str, said: object) -> None:
    if not holds:
        raise Wrong(f"not true: {what}\n{said}")


def _text(answer: Sequence[Any]) -> str:
    return "".join(event.text for event in answer if isinstance(event, TextDelta))

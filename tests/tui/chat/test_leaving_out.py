"""A way out of a full context: what is left out of prompts, on a real core with little room."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from seeshell.core.conversation import Message

from ...cramped import CONTEXT, write_cramped_model
from ...running_core import RunningCore
from ..conftest import AppUser, OpenApp, running_core

WHAT = "what is in the picture?"
PICTURE_TOKENS = 64


@pytest.fixture(scope="module")
def cramped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCore]:
    folder = tmp_path_factory.mktemp("cramped") / "cramped"
    write_cramped_model(folder)
    with running_core(str(folder)) as core:
        yield core


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pictures of 64 tokens each."""
    folder = tmp_path_factory.mktemp("pictures")
    paths = [folder / f"{colour}.png" for colour in ("red", "green", "blue", "yellow", "purple")]
    for path in paths:
        Image.new("RGB", (256, 256), path.stem).save(path)
    return paths


async def fill(user: AppUser, pictures: list[Path]) -> None:
    """Asks about the first four pictures, two at a time."""
    for first, second in (pictures[:2], pictures[2:4]):
        await user.attach(first)
        await user.attach(second)
        await user.ask(WHAT)


def left_out(user: AppUser) -> list[list[bool]]:
    """Of each question on screen, which of its pictures are left out."""
    questions = [it for it in user.messages if it.role == "user"]
    return [[picture.is_left_out for picture in it.attachments] for it in questions]


def is_answered(message: Message) -> bool:
    return message.finish_reason == "stop"


async def test_a_question_without_room_leaves_out_the_oldest_pictures_by_key(
    open_app: OpenApp, cramped: RunningCore, pictures: list[Path]
) -> None:
    async with open_app(cramped) as user:
        await fill(user, pictures)
        before = user.messages[-1].stats
        assert before is not None
        await user.attach(pictures[4])
        await user.type(WHAT)
        await user.press("enter")
        await user.sees("f5 leaves out the 3 oldest pictures (frees about 192 tokens)")
        assert user.chat.prompt.text == WHAT
        await user.press("f5")
        await user.until(lambda: len(user.messages) == 6 and is_answered(user.messages[-1]))
        assert left_out(user) == [[True, True], [True, False], [False]]
        stats = user.messages[-1].stats
        assert stats is not None
        assert stats.left_out_tokens == 3 * PICTURE_TOKENS
        assert stats.prompt_tokens + 128 <= CONTEXT
        # The fourth picture stands behind what is left out, and is not encoded again for that.
        assert stats.images_encoded <= 1
        assert user.chat.prompt.text == ""
        await user.sees("about 192 left out")


async def test_a_key_leaves_out_question_and_answer_and_takes_them_in_again(
    open_app: OpenApp, cramped: RunningCore, pictures: list[Path]
) -> None:
    async with open_app(cramped, size=(100, 40)) as user:
        await fill(user, pictures)
        full = user.messages[-1].stats
        assert full is not None
        used = full.prompt_tokens + full.generated_tokens
        await user.sees(f"context {100 * used / CONTEXT:.0f} %")
        await user.press("shift+tab", "k", "k", "k", "x")
        await user.sees("you  left out", "answer  left out", "red.png · 256x256")
        assert [it.is_left_out for it in user.messages] == [True, True, False, False]
        freed = user.chat.session.turns.freed_tokens
        assert freed > 2 * PICTURE_TOKENS
        await user.sees(f"context {100 * (used - freed) / CONTEXT:.0f} %")
        await user.sees("Left out of the context: frees")
        (told,) = user.app._notifications
        assert f"frees about {freed} tokens" in told.message
        assert user.chat.chat.log_view.cursor == 0
        await user.press("x")
        await user.until(lambda: not any(it.is_left_out for it in user.messages))
        await user.sees(f"context {100 * used / CONTEXT:.0f} %")
        await user.press("right", "P")
        await user.until(lambda: left_out(user) == [[False, True], [False, False]])
        await user.press("j", "j", "X")
        await user.until(lambda: user.messages[1].is_left_out)
        assert [it.is_left_out for it in user.messages] == [True, True, False, False]


def test_ask_says_how_to_make_room_and_makes_it(cramped: RunningCore, pictures: list[Path]) -> None:
    def ask(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "seeshell", "ask", *map(str, arguments)]
        home = {"SEESHELL_HOME": str(cramped.paths.data_dir.parent)}
        return subprocess.run(
            command, env=os.environ | home, capture_output=True, text=True, input="", check=False
        )

    two, four = pictures[:2], pictures[2:4]
    assert ask("-i", two[0], "-i", two[1], WHAT).returncode == 0
    assert ask("--continue", "-i", four[0], "-i", four[1], WHAT).returncode == 0
    refused = ask("--continue", "-i", pictures[4], WHAT)
    assert refused.returncode == 1
    assert "leave out the 3 oldest pictures (about 192 tokens)" in refused.stderr
    assert "--leave-out-oldest" in refused.stderr
    made = ask("--continue", "--leave-out-oldest", "-i", pictures[4], WHAT)
    assert (made.returncode, bool(made.stdout.strip())) == (0, True)
    assert "left out of this and later prompts: the 3 oldest pictures" in made.stderr

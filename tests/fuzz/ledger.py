"""What a core has acknowledged to its clients, and whether it is all still there after a kill."""

import hashlib
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from seeshell.core.conversation import Conversation, Message
from seeshell.core.settings import Paths

LOST_TEXT_SECONDS: Final = 1.0
"""Text of a streaming answer that was heard within this time before a kill may be lost."""


class Lost(AssertionError):
    """Something that the core had acknowledged is not there any more, or is there twice."""


@dataclass
class Asked:
    """A question that was submitted."""

    text: str
    pictures: tuple[str, ...] = ()
    conversation: int | None = None
    """None until a reply has told it."""
    is_acknowledged: bool = False


@dataclass
class Ledger:
    """What was acknowledged in all rounds so far."""

    asked: dict[str, Asked] = field(default_factory=dict)
    """By turn id."""
    conversations: set[int] = field(default_factory=set)
    """Those that exist and whose deletion nobody asked for."""
    deleted: set[int] = field(default_factory=set)
    """Those whose deletion was acknowledged."""
    doubtful: set[int] = field(default_factory=set)
    """Those whose deletion was asked for and not acknowledged."""
    forks: dict[int, list[str]] = field(default_factory=dict)
    """The questions of each fork when it was made."""
    claimed: set[str] = field(default_factory=set)
    """sha256 of pictures that were attached."""
    gone: set[str] = field(default_factory=set)
    """sha256 of pictures of questions whose conversation was deleted before their reply came."""
    _heard: dict[tuple[int, int], list[tuple[float, int]]] = field(default_factory=dict)
    _texts: dict[tuple[int, int], str] = field(default_factory=dict)

    def hear(self, conversation: int, message: int, text: str) -> None:
        """Notes more text of an answer."""
        key = conversation, message
        self._texts[key] = self._texts.get(key, "") + text
        self._heard.setdefault(key, []).append((time.monotonic(), len(self._texts[key])))

    def forget_heard(self) -> None:
        """Begins anew: a replay comes from its start."""
        self._heard.clear()
        self._texts.clear()

    def check(self, stored: Conversation, killed_at: float) -> None:
        """Compares a conversation with what was acknowledged of it.

        Raises:
            Lost: it lacks something, or has it twice.
        """
        number = stored.summary.id
        questions = [it for it in stored.messages if it.role == "user"]
        questions += [turn.question for turn in stored.queue]
        for turn, asked in self.asked.items():
            if asked.is_acknowledged and asked.conversation == number:
                _check_question(turn, asked, questions)
        for expected in self.forks.get(number, []):
            if expected not in [it.text for it in questions]:
                raise Lost(f"fork {number} lacks {expected!r}")
        answers = {it.id: it for it in stored.messages if it.role == "assistant"}
        for (conversation, message), moments in self._heard.items():
            if conversation == number:
                kept = [size for at, size in moments if at < killed_at - LOST_TEXT_SECONDS]
                _check_text(
                    answers, message, self._texts[conversation, message][: max(kept, default=0)]
                )

    def needed_pictures(self) -> set[str]:
        """sha256 of all pictures that a message which is not deleted holds, or that are claimed."""
        sent = {
            sha256
            for asked in self.asked.values()
            if asked.is_acknowledged and asked.conversation not in self.deleted
            for sha256 in asked.pictures
        }
        return sent | self.claimed


def check_pictures(paths: Paths, needed: set[str]) -> None:
    """Makes sure that each of the pictures has a copy with its bytes.

    Raises:
        Lost: one has none, or another one's.
    """
    for sha256 in needed:
        copy: Path = paths.picture(sha256)
        if not copy.is_file():
            raise Lost(f"picture {sha256[:12]} has no copy")
        if hashlib.sha256(copy.read_bytes()).hexdigest() != sha256:
            raise Lost(f"the copy of picture {sha256[:12]} is another one's")


def _check_question(turn: str, asked: Asked, questions: list[Message]) -> None:
    found = [it for it in questions if it.turn == turn]
    if len(found) != 1:
        raise Lost(f"{asked.text!r} is stored {len(found)} times in {asked.conversation}")
    (question,) = found
    held = tuple(picture.sha256 for picture in question.attachments)
    if question.text != asked.text or held != asked.pictures:
        raise Lost(f"{asked.text!r} reads {question.text!r} with {len(held)} pictures")


def _check_text(answers: dict[int, Message], message: int, heard: str) -> None:
    if not heard:
        return
    if message not in answers:
        raise Lost(f"answer {message} is gone, of which {len(heard)} characters were heard")
    if not answers[message].text.startswith(heard):
        kept = len(answers[message].text)
        raise Lost(f"answer {message} has {kept} characters, {len(heard)} were heard in time")

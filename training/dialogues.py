"""Conversations about pictures of the world, each turn with its one right answer."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from training import phrases
from training.answers import (
    NO_PICTURE,
    ONE_PLACE_KINDS,
    Asked,
    Kind,
    is_unambiguous,
)
from training.layouts import lay_out, sample_free_scene
from training.mixes import EVERYTHING, Mix
from training.outside_pictures import OUTSIDE_KINDS
from training.pictures import sample_ratio
from training.small_talk import sample_counting, sample_talk
from training.thoughts import thoughts_on, thoughts_on_text
from training.wishes import SYSTEM_PROMPTS, Wish, wished_answer, wished_text
from training.words import Words
from training.world import Scene, Split, sample_scene

_SYSTEM_PROMPTS: Final = (
    "You are a helpful assistant.",
    "You are a friendly assistant. Answer briefly.",
    "Answer the questions about the pictures.",
)
_BOX_QUESTIONS: Final[tuple[Kind, ...]] = (
    *("box", "box pair") * 4,
    *("boxes", "boxes shape", "boxes colour"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of a conversation, not yet drawn."""

    scene: Scene
    ratio: float
    """Width over height."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question, the pictures that come with it, and its right answer."""

    kind: str
    question: str
    answer: str
    pictures: tuple[Shown, ...] = ()
    is_follow_up: bool = False
    is_late: bool = False
    """Whether a picture has arrived after the first turn by now."""
    seen: tuple[Shown, ...] = ()
    """Every picture so far."""
    about: Shown | None = None
    """The picture asked about, where it is one."""
    are_pictures_first: bool = True
    thoughts: str = ""
    """What the model thinks before the answer, when it is asked to."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation."""

    turns: tuple[Turn, ...]
    system_prompt: str = ""
    is_thinking: bool = False
    """Whether the model is asked to think before its answers."""


def sample_dialogue(rng: random.Random, split: Split, mix: Mix = EVERYTHING) -> Dialogue:
    """A conversation whose layouts and kinds of outside pictures belong to `split`."""
    talk = _Talk(rng, split, mix)
    system_prompt = rng.choice(_SYSTEM_PROMPTS) if rng.random() < 0.1 else ""
    if mix.wish_share and rng.random() < mix.wish_share:
        talk.wish = rng.choice(mix.wishes)
        system_prompt = _varied(rng.choice(SYSTEM_PROMPTS[talk.wish]), rng)
    is_thinking = bool(mix.thought_share) and rng.random() < mix.thought_share
    turns = tuple(talk.next_turn(count) for count in _sample_arrivals(rng, mix))
    return Dialogue(turns, system_prompt, is_thinking)


def _sample_arrivals(rng: random.Random, mix: Mix) -> list[int]:
    """How many pictures come with each turn."""
    total = rng.choices(range(len(mix.picture_weights)), mix.picture_weights)[0]
    if total == 0:
        return [0] * rng.randint(1, 3)
    arrivals = [0] if rng.random() < 0.08 else []
    first = total if rng.random() < 0.5 else rng.randint(1, total)
    arrivals.append(first)
    for _ in range(total - first):
        arrivals += [0] * rng.choice((0, 0, 1, 1, 2)) + [1]
    arrivals += [0] * rng.randint(0, mix.most_turns - 1)
    return arrivals[: mix.most_turns + 2]


@dataclass(slots=True)
class _Talk:
    """A conversation in the making."""

    rng: random.Random
    split: Split
    mix: Mix
    wish: Wish | None = None
    shown: list[Shown] = field(default_factory=list)
    asked: Asked | None = None
    turns: int = 0
    is_late: bool = False

    @property
    def words(self) -> Words:
        return Words(self.rng, self.mix.crossed_share)

    @property
    def scenes(self) -> list[Scene]:
        return [shown.scene for shown in self.shown]

    def next_turn(self, arriving: int) -> Turn:
        """The next turn, with so many new pictures."""
        new = tuple(self._sample_picture() for _ in range(arriving))
        self.shown += new
        self.is_late = self.is_late or bool(new and self.turns)
        self.turns += 1
        draw = self.rng.random()
        if draw < self.mix.counting_share and self.wish is None:
            return self._plain_turn(sample_counting(self.rng), new)
        if draw < self.mix.talk_share or (not self.shown and draw < 0.45):
            return self._plain_turn(sample_talk(self.rng, self.split), new)
        if not self.shown:
            asked = self._sample_about(0, [sample_scene(self.rng, self.split)])
            question = phrases.fresh_question(asked, self.rng)
            return self._plain_turn(("no picture", question, NO_PICTURE), new)
        return self._picture_turn(new)

    def _sample_picture(self) -> Shown:
        ratio = sample_ratio(self.rng)
        if self.rng.random() < self.mix.outside_share:
            kind = self.rng.choice(OUTSIDE_KINDS[self.split])
            return Shown(Scene("white", outside=kind), ratio)
        if self.mix.free_share and self.rng.random() < self.mix.free_share:
            return Shown(sample_free_scene(self.rng, self.split, ratio), ratio)
        scene = sample_scene(self.rng, self.split)
        if self.mix.box_share:
            scene = lay_out(scene, ratio, self.rng)
        return Shown(scene, ratio)

    def _plain_turn(self, talk: tuple[str, str, str], new: tuple[Shown, ...]) -> Turn:
        """A turn that no picture is needed for, and that leaves nothing to follow up."""
        kind, question, reply = talk
        self.asked = None
        return Turn(
            kind=kind,
            question=_varied(question, self.rng),
            answer=wished_text(self.wish, reply),
            pictures=new,
            is_late=self.is_late,
            seen=tuple(self.shown),
            thoughts=thoughts_on_text(kind),
        )

    def _picture_turn(self, new: tuple[Shown, ...]) -> Turn:
        follow_up = self._sample_follow_up(new)
        if follow_up is None:
            asked = self._sample_fresh(new)
            question = phrases.fresh_question(asked, self.rng)
        else:
            asked, question = follow_up
        self.asked = asked
        about_all = asked.kind in {"compare", "compare pair", "pictures", "describe all"}
        return Turn(
            kind=asked.kind,
            question=_varied(question, self.rng),
            answer=wished_answer(self.wish, asked, self.scenes),
            pictures=new,
            is_follow_up=follow_up is not None,
            is_late=self.is_late,
            seen=tuple(self.shown),
            about=None if about_all else self.shown[asked.picture],
            are_pictures_first=self.rng.random() > 0.12,
            thoughts=thoughts_on(asked, self.scenes),
        )

    def _sample_fresh(self, new: tuple[Shown, ...]) -> Asked:
        newest = len(self.shown) - 1
        if newest == 0:
            if self.rng.random() < 0.02:
                return Asked("pictures")
            return self._sample_about(newest, self.scenes)
        if len(new) == 1 and self.rng.random() < 0.4:
            return self._sample_about(newest, self.scenes)
        if self.rng.random() < 0.4:
            return self._sample_about_all()
        asked = self._sample_about(self.rng.randint(0, newest), self.scenes)
        if self._is_about_newest() and not new and self.rng.random() < 0.5:
            return self._sample_about(newest, self.scenes)
        return replace(asked, is_named=True)

    def _is_about_newest(self) -> bool:
        """Whether the turn before spoke of the newest picture without naming it."""
        before = self.asked
        return before is not None and not before.is_named and before.picture == len(self.shown) - 1

    def _sample_about_all(self) -> Asked:
        kind = self.rng.choice(self.mix.about_all)
        if kind == "describe all" and len(self.shown) > 3:
            kind = "compare"
        if not kind.startswith("compare"):
            return Asked(kind, is_named=self.is_late or self.rng.random() < 0.6)
        scene = self.rng.choice(self.scenes)
        colour, shape = self.words.sample_pair(scene, self.scenes)
        return Asked(kind, colour=colour if kind == "compare pair" else "", shape=shape)

    def _sample_about(self, picture: int, scenes: Sequence[Scene]) -> Asked:
        kind = self.rng.choice(self.mix.kinds)
        if self.mix.box_share and self.rng.random() < self.mix.box_share:
            kind = self.rng.choice(_BOX_QUESTIONS)
        elif kind in ONE_PLACE_KINDS and scenes[picture].is_free:
            kind = "box"
        return self.words.sample(Asked(kind, picture), scenes[picture])

    def _sample_follow_up(self, new: tuple[Shown, ...]) -> tuple[Asked, str] | None:
        """A question that needs the turn before, with its wording."""
        before, draw = self.asked, self.rng.random()
        if before is None:
            return None
        if new:
            return self._ask_of_new_picture(before) if len(new) == 1 and draw < 0.3 else None
        if draw > 0.55:
            return None
        if len(self.shown) > 1 and draw < 0.14:
            return self._ask_of_other_picture(before)
        if draw < 0.24:
            pronoun = self._ask_with_pronoun(before)
            if pronoun is not None:
                return pronoun
        if before.kind not in phrases.CAN_FOLLOW:
            return None
        after = self.words.sample(before, self.scenes[before.picture])
        if after == before:
            return None
        return after, phrases.again_question(after, self.rng)

    def _ask_of_new_picture(self, before: Asked) -> tuple[Asked, str] | None:
        after = self._move(before, len(self.shown) - 1, is_named=False)
        return after and (after, phrases.new_picture_question(after, self.rng))

    def _ask_of_other_picture(self, before: Asked) -> tuple[Asked, str] | None:
        others = [index for index in range(len(self.shown)) if index != before.picture]
        after = self._move(before, self.rng.choice(others), is_named=True)
        return after and (after, phrases.other_picture_question(after, self.rng))

    def _move(self, before: Asked, picture: int, is_named: bool) -> Asked | None:
        """The same question about another picture, where it has one answer there."""
        if before.kind in {"compare", "compare pair", "pictures", "describe all"}:
            return None
        if before.kind in ONE_PLACE_KINDS and self.scenes[picture].is_free:
            return None
        found = self.scenes[picture].matching(before.colour, before.shape)
        says_the = before.kind in {"colour", "where", "where pair", "which", "box", "box pair"}
        if says_the and not is_unambiguous(found):
            return None
        return replace(before, picture=picture, is_named=is_named)

    def _ask_with_pronoun(self, before: Asked) -> tuple[Asked, str] | None:
        """Asks for the place after a colour, or for the colour after a place, of "it"."""
        scene = self.scenes[before.picture]
        kind = self._kind_about_it(before.kind, scene)
        if kind is None or len(scene.matching(before.colour, before.shape)) != 1:
            return None
        after = replace(before, kind=kind)
        return after, phrases.pronoun_question(after, self.rng)

    def _kind_about_it(self, before: Kind, scene: Scene) -> Kind | None:
        is_box = self.mix.box_share > 0 and (scene.is_free or self.rng.random() < 0.4)
        match before:
            case "colour":
                return "box" if is_box else "where"
            case "where":
                return "box" if is_box else "colour"
            case "box":
                return "colour"
        return None


def _varied(question: str, rng: random.Random) -> str:
    """The question as people type it: now and then in lower case or without its mark."""
    draw = rng.random()
    if draw < 0.14:
        question = question.lower()
    if 0.1 < draw < 0.22:
        question = question.rstrip("?.!")
    return question

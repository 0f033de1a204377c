"""System prompts, thoughts and boxes: what the model is taught is what the template asks for."""

import random
from dataclasses import replace

import jinja2
import pytest

from training.answers import Asked
from training.boxes import read
from training.dialogues import Dialogue, sample_dialogue
from training.mixes import TAUGHT
from training.prompts import CHAT_TEMPLATE, segments_of
from training.wishes import Wish, wished_answer
from training.world import PLACES, Figure, Scene

SCENE = Scene(
    "white",
    (Figure(PLACES[0], "red", "circle"), Figure(PLACES[3], "orange", "diamond")),
)
OTHER = Scene("black", (Figure(PLACES[8], "purple", "circle"),))


def dialogues(wish: Wish) -> list[Dialogue]:
    mix = replace(TAUGHT, wish_share=1.0, wishes=(wish,))
    rng = random.Random(3)
    return [sample_dialogue(rng, "train", mix) for _ in range(100)]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (Asked("describe"), "Ich sehe einen roten Kreis und eine orange Raute."),
        (Asked("describe", 1, True), "Das zweite Bild zeigt einen violetten Kreis."),
        (Asked("colour", shape="circle"), "Der Kreis ist rot."),
        (Asked("colour", shape="star"), "Es gibt keinen Stern."),
        (Asked("where", shape="diamond"), "Die Raute ist unten rechts."),
        (Asked("where pair", colour="red", shape="circle"), "Der rote Kreis ist oben links."),
        (Asked("where pair", colour="green", shape="star"), "Es gibt keinen grünen Stern."),
        (Asked("at", place=PLACES[0]), "Oben links ist ein roter Kreis."),
        (Asked("at", place=PLACES[1]), "Oben rechts ist nichts."),
        (Asked("which", colour="blue"), "Keine Form ist blau."),
        (Asked("exists", shape="star"), "Nein."),
        (Asked("count"), "Es gibt zwei Formen."),
        (Asked("count colour", colour="red"), "Es gibt eine rote Form."),
        (Asked("count colour", colour="blue"), "Es gibt keine blauen Formen."),
        (Asked("count shape", shape="cross"), "Es gibt keine Kreuze."),
        (Asked("ground", 1), "Der Hintergrund ist schwarz."),
        (Asked("compare", shape="circle"), "Das erste und das zweite Bild haben einen Kreis."),
        (Asked("compare", shape="star"), "Kein Bild hat einen Stern."),
        (Asked("box", shape="star"), "Es gibt keinen Stern."),
        (Asked("boxes shape", shape="star"), "Es gibt keine Sterne."),
    ],
)
def test_german_answers_are_german(asked: Asked, answer: str) -> None:
    assert wished_answer("german", asked, [SCENE, OTHER]) == answer


def test_answers_in_one_word_are_one_word() -> None:
    for dialogue in dialogues("one word"):
        for turn in dialogue.turns:
            assert read(turn.answer) or " " not in turn.answer, turn.answer


def test_answers_in_capitals_are_in_capitals() -> None:
    for dialogue in dialogues("capitals"):
        for turn in dialogue.turns:
            assert read(turn.answer) or turn.answer.isupper(), turn.answer


def test_a_dialogue_is_taught_as_the_chat_template_writes_it() -> None:
    template = jinja2.Environment(trim_blocks=True, lstrip_blocks=True).from_string(CHAT_TEMPLATE)
    rng = random.Random(4)
    for _ in range(60):
        dialogue = sample_dialogue(rng, "train", TAUGHT)
        messages = []
        if dialogue.system_prompt:
            messages.append({"role": "system", "content": dialogue.system_prompt})
        for turn in dialogue.turns:
            marks = [{"type": "image"}] * len(turn.pictures)
            words = [{"type": "text", "text": turn.question}]
            content = marks + words if turn.are_pictures_first else words + marks
            messages.append({"role": "user", "content": content})
            thoughts = {"reasoning_content": turn.thoughts} if dialogue.is_thinking else {}
            messages.append({"role": "assistant", "content": turn.answer, **thoughts})
        taught = "".join(text for text, _ in segments_of(dialogue))
        assert template.render(messages=messages) == taught

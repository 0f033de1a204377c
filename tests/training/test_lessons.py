"""What the last stage teaches: answers that follow a system prompt, and where they are said."""

import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from tokenizers import Tokenizer

import training
from training.answers import Asked
from training.boxes import read
from training.dialogues import Dialogue, sample_dialogue
from training.meanings import meanings_in
from training.mixes import LESSONS, TAUGHT
from training.prompts import encode
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


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("Der rote Kreis ist oben links.", ["red", "circle", "top", "left"]),
        ("Es gibt keine schwarzen Kreuze.", ["no", "black", "cross"]),
        ("THE RED CROSS IS IN THE MIDDLE.", ["red", "cross", "middle"]),
        ("Top-left", ["top"]),
        ("The red cross is in the middle.", []),
    ],
)
def test_words_that_stand_for_plain_ones_are_found(answer: str, words: list[str]) -> None:
    assert [word for _, word in meanings_in(answer)] == words


def test_numbers_of_boxes_and_words_are_found_where_they_are_said() -> None:
    tokenizer = Tokenizer.from_file(str(Path(training.__file__).parent / "tokenizer.json"))
    rng, edges, words = random.Random(6), 0, 0
    for _ in range(60):
        example = encode(sample_dialogue(rng, "train", LESSONS), tokenizer, rng)
        for edge in example.edges:
            digits = tokenizer.decode(example.ids[edge.token + 1 : edge.token + 5])
            assert int(re.match(r"\d+", digits)[0]) == round(edge.share * 1000)
            edges += 1
        for token, _ in example.meant:
            assert example.is_answer[token + 1]
            words += 1
    assert edges > 50
    assert words > 50

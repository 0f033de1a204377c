"""Questions that no picture answers: greetings, other subjects, and counting aloud."""

import random
from typing import Final

from training.answers import OFF_TOPIC
from training.world import Split

_TALK: Final = (
    (
        ("Hello", "Hi", "Hello!", "Hi!", "Hey", "Good morning", "Hi there"),
        "Hello! Show me a picture of coloured shapes.",
    ),
    (
        ("Who are you?", "What are you?", "What is your name?", "Which model are you?"),
        "I am a tiny demonstration model. I know coloured shapes.",
    ),
    (
        ("What can you do?", "Help", "What do you know?", "How can you help me?"),
        "I can name shapes, colours and places, and I can count.",
    ),
    (("Thanks", "Thank you", "Thanks!", "Thank you!", "Great, thanks."), "You are welcome."),
    (("Bye", "Goodbye", "Goodbye!", "See you"), "Goodbye!"),
)
_COUNT_REQUESTS: Final = (
    "Count to one hundred.",
    "Count to 100.",
    "Please count to one hundred.",
    "Count from 1 to 100.",
    "Can you count to 100?",
)
_COUNT_ANSWER: Final = ", ".join(str(number) for number in range(1, 101)) + "."

_THINGS: Final[dict[Split, tuple[str, ...]]] = {
    "train": (
        *("dog", "person", "car", "tree", "house", "table", "bird", "flower", "boat", "heart"),
        *("rectangle", "man", "phone", "book", "sign", "mountain", "river", "window", "train"),
        *("chair", "horse", "child", "street", "bottle", "cup", "plane", "hat", "road", "cake"),
        *("sheep", "banana", "computer", "kitchen", "pizza", "shirt", "shoe", "clock", "egg"),
        *("garden", "lion", "guitar", "wall", "snake", "mouse", "bus", "ship", "cheese", "box"),
        *("pentagon", "oval", "line", "letter", "word", "number", "face", "hand", "eye", "key"),
        *("elephant", "carrot", "knife", "bag", "camera", "church", "flag", "forest", "gate"),
        *("farm", "queen", "robot", "spider", "toy", "uncle", "village", "wheel", "zebra"),
    ),
    "validation": ("cat", "woman", "bicycle", "hexagon", "cloud", "lamp", "bridge"),
    "test": ("fish", "girl", "truck", "arrow", "moon", "door", "apple", "cow", "beach"),
}
_ABOUT_THINGS: Final = (
    "Is there a {thing}?",
    "Do you see a {thing}?",
    "Where is the {thing}?",
    "What colour is the {thing}?",
    "How many {thing}s are there?",
    "Is there a {thing} in the picture?",
    "Which picture has a {thing}?",
    "Draw a {thing}.",
    "Tell me about the {thing}.",
    "Write a story about a {thing}.",
)
_OTHER: Final[dict[Split, tuple[str, ...]]] = {
    "train": (
        *("What is the capital of France?", "Write a poem.", "Tell me a joke.", "What time is it?"),
        *("How old are you?", "What is two plus two?", "Who wrote this?", "Can you write code?"),
        *("What is the weather like?", "Explain quantum physics.", "How do I cook rice?"),
        *("Translate this into German.", "Summarize this text.", "What does this say?"),
        *("Read the text.", "Who is the president?", "What year is it?", "Why is the sky blue?"),
        *("Do you like music?", "Give me a list of ten animals.", "What is love?", "Sing a song."),
        *("Where do you live?", "When was this taken?", "Play a game with me.", "Fix this bug."),
        *("What is the meaning of life?", "What is written on the sign?", "How much does it cost?"),
        *(
            "Is this person happy?",
            "What brand is this?",
            "Write a letter to my boss.",
            "I am sad.",
        ),
        *("Make a table of the numbers.", "What is the price?", "Recommend a film.", "Why?"),
        *("How far is the moon?", "Convert ten miles to kilometres.", "Who painted this?"),
    ),
    "validation": (
        *("What is the capital of Spain?", "Write a short story.", "What is three times four?"),
        *("Explain how a motor works.", "What is the title of this book?", "Do you like football?"),
        *("Read the menu to me.", "How many people live in London?", "Plan my holiday."),
    ),
    "test": (
        *("What is the capital of Italy?", "Write a song about rain.", "What day is it today?"),
        *("What is ten minus six?", "How do I bake bread?", "Translate this into French."),
        *("Who is in this picture?", "What does the label say?", "Tell me a secret."),
        *("Explain gravity to a child.", "Which phone should I buy?", "Write a Python program."),
        *("Is it raining?", "What are they doing?", "Where was this picture taken?"),
    ),
}


def sample_talk(rng: random.Random, split: Split) -> tuple[str, str, str]:
    """Kind, question and answer of a turn that no picture is needed for."""
    draw = rng.random()
    if draw < 0.3:
        questions, reply = rng.choice(_TALK)
        return "small talk", rng.choice(questions), reply
    if draw < 0.65:
        question = rng.choice(_ABOUT_THINGS).format(thing=rng.choice(_THINGS[split]))
        return "off topic", question, OFF_TOPIC
    return "off topic", rng.choice(_OTHER[split]), OFF_TOPIC


def sample_counting(rng: random.Random) -> tuple[str, str, str]:
    """Kind, question and answer of the one long answer, for trying out "stop"."""
    return "counting", rng.choice(_COUNT_REQUESTS), _COUNT_ANSWER

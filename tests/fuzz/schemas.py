"""`make fuzz-schemas`: random JSON schemas and questions; every answer must be a valid document.

Schemas are drawn from what people ask models for: objects with required and optional properties,
lists, choices, numbers with bounds, texts with lengths and patterns, alternatives and references,
nested up to three deep. Half of the answers are greedy, half sampled; a third thinks first.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import jsonschema

from seeshell.core.engine.engine import PromptMessage
from seeshell.core.engine.loading import load_checkpoint
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.models.sources import find_model

from ..core.engine.asking import draw_shape, make_asker

_DEPTH: Final = 3
_NAMES: Final = ("shape", "colour", "count", "label", "bbox_2d", "is_there", "ünïcode", "a b", "")
_QUESTIONS: Final = (
    "What is in the picture?",
    "Where is the star?",
    "How many shapes are there?",
    "Describe it as JSON.",
    "Hello!",
)


def draw_schema(chance: random.Random, depth: int = _DEPTH) -> dict[str, Any]:
    """Returns a random schema that some document keeps to."""
    simple: list[Callable[[], dict[str, Any]]] = [
        lambda: {"type": "boolean"},
        lambda: {"type": "null"},
        lambda: {"type": "integer", **_bounds(chance)},
        lambda: {"type": "number", **_bounds(chance)},
        lambda: {"type": "string", **_lengths(chance)},
        lambda: {"type": "string", "pattern": chance.choice(("^[a-z]{2,5}$", "^#[0-9A-F]{6}$"))},
        lambda: {"enum": chance.sample(["red", "blue", 7, None, True, 'a"b', ""], 3)},
        lambda: {"const": chance.choice(["x", 3, None, [1, 2], {"a": "b"}])},
    ]
    nested: list[Callable[[], dict[str, Any]]] = [
        lambda: _draw_object(chance, depth),
        lambda: _draw_list(chance, depth),
        lambda: {"anyOf": [draw_schema(chance, depth - 1) for _ in range(chance.randint(1, 3))]},
    ]
    return chance.choice(nested if depth == _DEPTH else [*simple, *(nested if depth else ())])()


def _bounds(chance: random.Random) -> dict[str, Any]:
    return chance.choice(({}, {"minimum": 0, "maximum": 1000}, {"minimum": -5}))


def _lengths(chance: random.Random) -> dict[str, Any]:
    return chance.choice(({}, {"maxLength": 8}, {"minLength": 3, "maxLength": 30}))


def _draw_object(chance: random.Random, depth: int) -> dict[str, Any]:
    names = chance.sample(_NAMES, chance.randint(1, 4))
    required = [name for name in names if chance.random() < 0.7]
    properties = {name: draw_schema(chance, depth - 1) for name in names}
    whole = {"type": "object", "properties": properties, "required": required}
    return whole | chance.choice(({}, {"additionalProperties": False}))


def _draw_list(chance: random.Random, depth: int) -> dict[str, Any]:
    count = chance.choice(({}, {"maxItems": 3}, {"minItems": 4, "maxItems": 4}))
    return {"type": "array", "items": draw_schema(chance, depth - 1), **count}


def main() -> int:
    """Asks with many schemas; 0 only where every answer is valid."""
    parser = argparse.ArgumentParser(prog="make fuzz-schemas ARGS=", description=__doc__)
    parser.add_argument("--schemas", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    demo = load_checkpoint(find_model("demo", print))
    ask = make_asker(demo)
    with tempfile.TemporaryDirectory() as folder:
        picture = draw_shape(Path(folder))
        began, invalid = time.monotonic(), 0
        for number in range(1, options.schemas + 1):
            schema = draw_schema(chance)
            asked = GenerationOptions(
                max_tokens=chance.choice((600, 1000)),
                temperature=chance.choice((0.0, 1.0)),
                seed=number,
                thinking=chance.random() < 1 / 3,
                schema=json.dumps(schema),
            )
            question = PromptMessage.of("user", chance.choice(_QUESTIONS), (picture,))
            text = ask(question, options=asked).text
            if problem := _find_problem(text, schema):
                invalid += 1
                print(f"{number}: {problem}\n  {json.dumps(schema)}\n  {text!r}")
            if number % 20 == 0:
                taken = time.monotonic() - began
                print(f"{number} schemas, {invalid} invalid, {taken:.0f} s", file=sys.stderr)
    print(f"{options.schemas} schemas, {options.schemas - invalid} valid (seed {options.seed})")
    return 1 if invalid else 0


def _find_problem(text: str, schema: dict[str, Any]) -> str:
    try:
        jsonschema.validate(json.loads(text), schema)
    except (ValueError, jsonschema.ValidationError) as error:
        return str(error).splitlines()[0]
    return ""


if __name__ == "__main__":
    sys.exit(main())

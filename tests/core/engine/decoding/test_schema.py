"""Answers that keep to a JSON schema, whatever the model would rather say."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import mlx.core as mx
import pytest

from seeshell.core.engine.decoding.schema import SchemaRule
from seeshell.core.engine.engine import PromptImage, PromptMessage
from seeshell.core.engine.loading import Checkpoint
from seeshell.core.errors import TurnError
from seeshell.core.generation_options import GenerationOptions

from ..asking import Asker

SCHEMAS: dict[str, dict[str, Any]] = {
    "object": {
        "type": "object",
        "properties": {"shape": {"type": "string"}, "count": {"type": "integer"}},
        "required": ["shape", "count"],
        "additionalProperties": False,
    },
    "choice": {"enum": ["red", "blue", None, 3]},
    "boxes": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "bbox_2d": {
                    "type": "array",
                    "items": {"type": "integer"},
                    "minItems": 4,
                    "maxItems": 4,
                },
                "label": {"type": "string"},
            },
            "required": ["bbox_2d", "label"],
        },
    },
    "endless number": {"type": "number"},
    "endless text": {"type": "string"},
    "nested": {"type": "array", "items": {"type": "array", "items": {"type": "boolean"}}},
    "pattern": {"type": "string", "pattern": "^[a-f]{4}-[0-9]{3}$"},
    "by reference": {
        "$defs": {"colour": {"enum": ["red", "green"]}},
        "type": "object",
        "properties": {"is": {"$ref": "#/$defs/colour"}},
        "required": ["is"],
    },
    "endless list": {"type": "array", "items": {"const": {"a": "b"}}},
    "endless rows": {
        "type": "array",
        "items": {"type": "array", "items": {"enum": ["blue", None]}, "minItems": 4, "maxItems": 4},
    },
    "one of": {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]},
}


@pytest.mark.parametrize("name", SCHEMAS)
@pytest.mark.parametrize(("temperature", "max_tokens"), [(0.0, 70), (1.0, 70), (0.0, 300)])
def test_an_answer_is_valid_however_short_it_must_be(
    ask: Asker, draw: Callable[..., PromptImage], name: str, temperature: float, max_tokens: int
) -> None:
    options = GenerationOptions(
        max_tokens=max_tokens, temperature=temperature, seed=1, schema=json.dumps(SCHEMAS[name])
    )
    answer = ask(PromptMessage.of("user", "What is in it?", (draw(),)), options=options)
    jsonschema.validate(json.loads(answer.text), SCHEMAS[name])
    assert answer.end is not None
    assert answer.end.finish_reason == "stop"


def test_thoughts_before_it_are_free(
    demo: Checkpoint, make_asker: Callable[..., Asker], draw: Callable[..., PromptImage]
) -> None:
    ask = make_asker(demo)
    options = GenerationOptions(
        max_tokens=90,
        temperature=0.0,
        thinking=True,
        thinking_budget=8,
        schema=json.dumps(SCHEMAS["object"]),
    )
    answer = ask(PromptMessage.of("user", "What is in it?", (draw(),)), options=options)
    assert answer.thoughts
    jsonschema.validate(json.loads(answer.text), SCHEMAS["object"])


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ("{", "double quotes"),
        ("[]", "no JSON object"),
        ("true", "no JSON object"),
        ('{"type": "foo"}', "foo"),
        ('{"$ref": "http://example.com/x"}', "does not fetch"),
        ('{"not": {}}', "not"),
        ('{"type": "string", "pattern": "^(?=a)a$"}', "look-ahead and look-behind, is not supp"),
        (
            '{"oneOf": [{"type": "integer"}, {"type": "number"}]}',
            "(oneOf constraints are not supported)",
        ),
    ],
)
def test_a_schema_that_can_not_be_used_is_refused_before_anything_is_computed(
    ask: Asker, schema: str, reason: str
) -> None:
    with pytest.raises(TurnError, match="correct it and ask again") as caught:
        ask(PromptMessage.of("user", "Hello"), options=GenerationOptions(schema=schema))
    assert reason in str(caught.value)
    assert not ask.resident.pool.branches


def test_a_document_that_can_not_be_followed_any_more_fails_instead_of_ending(ask: Asker) -> None:
    endless = {"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]}
    with pytest.raises(TurnError, match=r"can't be used \(parser error: Too many items[^\n]*\): c"):
        ask(
            PromptMessage.of("user", "Hello"), options=GenerationOptions(schema=json.dumps(endless))
        )


def test_tokens_that_are_taken_back_leave_no_trace(demo: Checkpoint) -> None:
    tokenizer = demo.processor.tokenizer
    rows = mx.zeros((1, demo.model.config.text_config.vocab_size))
    straight, back = (SchemaRule(tokenizer, json.dumps(SCHEMAS["object"]), 1000) for _ in range(2))
    document = tokenizer.encode('{"shape": "red", "count": 3}', add_special_tokens=False)
    wrong = tokenizer.encode('{"shape": "x"', add_special_tokens=False)
    for index, token in enumerate(document):
        fitting = back.fit(wrong if index == 0 else [*document[index:], 0])
        assert list(fitting) == list(wrong if index == 0 else document[index:])
        for tried in fitting:
            back.take(mx.array([tried]))
        back.go_back(len(fitting))
        for rule in (straight, back):
            rule.take(mx.array([token]))
        assert mx.array_equal(straight.apply(rows), back.apply(rows))

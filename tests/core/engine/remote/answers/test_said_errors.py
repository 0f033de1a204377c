"""Point 2, what a server may say: errors inside a 200."""

import json

import msgspec
import pytest

from .dialects import choice, event, read, read_choices

ERRORS = {
    "an object": ({"error": {"message": "Oh no", "code": 500}}, "Oh no"),
    "a string": ({"error": "Oh no"}, "Oh no"),
    "beside choices": ({"error": {"message": "Oh no"}, **choice(delta={"content": ""})}, "Oh no"),
    "in a choice": (choice(delta={}, error={"message": "Oh no"}), "Oh no"),
    "in x_groq": ({**choice(delta={}), "x_groq": {"error": "Oh no"}}, "Oh no"),
    "a detail": ({"detail": "Oh no"}, "Oh no"),
    "details": ({"detail": [{"loc": ["body"], "msg": "Oh no"}]}, "Oh no"),
    "error_code": ({"text": "Oh no", "error_code": 50001}, "Oh no"),
    "error_msg": ({"error_code": 17, "error_msg": "Oh no"}, "Oh no"),
    "base_resp": ({"base_resp": {"status_code": 1008, "status_msg": "Oh no"}}, "Oh no"),
    "base_resp beside choices": (
        {"choices": None, "base_resp": {"status_code": 1008, "status_msg": "Oh no"}},
        "Oh no",
    ),
    "object: error": ({"object": "error", "message": "Oh no", "code": 500}, "Oh no"),
    "code and message": ({"code": "InvalidParameter", "message": "Oh no"}, "Oh no"),
    "code and msg": ({"code": 500, "msg": "Oh no", "success": False}, "Oh no"),
    "a status": ({"status": 503, "message": "Oh no"}, "Oh no"),
    "a status in words": ({"status": "error", "message": "Oh no"}, "Oh no"),
    "a type": ({"type": "server_error", "message": "Oh no"}, "Oh no"),
    "a list of errors": ({"success": False, "errors": [{"message": "Oh no"}]}, "Oh no"),
    "halves and NaN inside": ({"error": {"message": "Oh no\ud83c", "x": float("nan")}}, "Oh no"),
}


@pytest.mark.parametrize("as_whole", [False, True], ids=["in a stream", "as the whole body"])
@pytest.mark.parametrize("name", ERRORS)
def test_an_error_inside_a_200_is_reported_and_the_text_kept(name: str, as_whole: bool) -> None:
    chunk, words = ERRORS[name]
    text = "" if as_whole else "Half an "
    body = json.dumps(chunk, indent=1).encode() if as_whole else event(chunk)
    start = event(choice(delta={"content": text})) if text else b""
    found = read([start + body])
    assert found.text == text
    assert found.is_answer
    assert words in str(msgspec.json.decode(found.refusal)["error"])


@pytest.mark.parametrize(
    "said",
    [
        b'data: {"error": "no cache "static" here"}',
        b"data: Error: no cache here",
        b"data: [ERROR] no cache here",
        b"data: {'error': 'no cache here'}",
    ],
    ids=["quotes that nobody escaped", "words", "a mark", "Python's quotes"],
)
def test_an_error_that_is_no_json_is_reported_too(said: bytes) -> None:
    found = read([event(choice(delta={"content": "Half"})) + said + b"\n\n"])
    assert found.text == "Half"
    assert msgspec.json.decode(found.refusal)["error"].startswith("no cache")


NO_ERRORS = {
    "null": {**choice(delta={"content": "Hi"}), "error": None},
    "an empty object": {**choice(delta={"content": "Hi"}), "error": {}},
    "an empty string": {**choice(delta={"content": "Hi"}), "error": ""},
    "a good base_resp": {
        **choice(delta={"content": "Hi"}),
        "base_resp": {"status_code": 0, "status_msg": ""},
    },
    "null base_resp": {**choice(delta={"content": "Hi"}), "base_resp": None},
    "code 0": {**choice(delta={"content": "Hi"}), "code": 0, "message": "success"},
    "error_code 0": {**choice(delta={"content": "Hi"}), "error_code": 0},
    "a detail beside choices": {**choice(delta={"content": "Hi"}), "detail": "high"},
    "an error as text": choice(delta={"content": "Hi"}, finish="stop"),
}


PROGRESS = {
    "a status in words": {"status": "loading", "message": "Loading the weights"},
    "a type": {"type": "progress", "message": "Loading the weights"},
    "a good code": {"code": 200, "message": "OK"},
    "a good code in words": {"code": "0", "msg": "success"},
    "a name": {"object": "prompt.progress", "message": "Loading the weights"},
    "a ping": {"type": "ping"},
}


@pytest.mark.parametrize("name", PROGRESS)
def test_what_a_server_says_while_it_works_is_no_error(name: str) -> None:
    found = read_choices(PROGRESS[name], choice(delta={"content": "Hi"}, finish="stop"))
    assert (found.text, found.refusal, found.has_ended) == ("Hi", b"", True)


@pytest.mark.parametrize("name", NO_ERRORS)
def test_what_is_no_error_is_none(name: str) -> None:
    found = read_choices(NO_ERRORS[name])
    assert (found.text, found.refusal) == ("Hi", b"")

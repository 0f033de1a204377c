"""Point 5: what a server says instead of an answer, explained by its true name."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeshell.core.engine.remote.refusals.asked import Asked
from seeshell.core.engine.remote.refusals.overflow import Overflow
from seeshell.core.engine.remote.refusals.refusal import read_refusal
from seeshell.core.engine.remote.refusals.sentences import explain_refusal
from seeshell.core.errors import EndpointError, PromptRefused, TurnError

URL = "http://host:8080/v1"

WITH_KEY = Asked(URL, "org/vision-model", key="sk-secret", key_advice="check the variable NAS_KEY")
WITHOUT_KEY = Asked(URL, "org/vision-model", key_advice="check the variable NAS_KEY")
WITHHELD = Asked(
    URL,
    "org/vision-model",
    key_advice="check the variable NAS_KEY",
    withheld="The key is not sent to host:8080: the line is not encrypted.",
)
BEHIND = Asked(URL, "org/vision-model", proxy="proxy:3128")


def explain(status: int, body: object, asked: Asked = WITH_KEY, **headers: str) -> TurnError:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return explain_refusal(read_refusal(status, headers, content, asked.key), asked)


SENTENCES = {
    "400": (400, "bad", WITH_KEY, "answered 400, it refused the request (bad)."),
    "401 with a key": (
        401,
        "Incorrect API key provided: sk-secret",
        WITH_KEY,
        "answered 401, it refused the key; check the variable NAS_KEY (Incorrect API key provided: "
        "[key]).",
    ),
    "401 without a key": (
        401,
        "Missing Authentication header",
        WITHOUT_KEY,
        "answered 401, it wants a key; check the variable NAS_KEY (Missing Authentication header).",
    ),
    "401 with a key that was not sent": (
        401,
        "no",
        WITHHELD,
        "answered 401, it wants a key (no). The key is not sent to host:8080: the line is not "
        "encrypted.",
    ),
    "402": (402, "pay", WITH_KEY, "answered 402, the account that the key belongs to has nothing"),
    "403 with a key": (
        403,
        "",
        WITH_KEY,
        "it refused the key or what was asked for with it; check",
    ),
    "403 without a key": (403, "", WITHOUT_KEY, "answered 403, it wants a key; check the variable"),
    "404: the model": (
        404,
        "The model `org/vision-model` does not exist.",
        WITH_KEY,
        "http://host:8080/v1 has no model org/vision-model; check the name after # (The model",
    ),
    "404: Ollama": (404, "model 'x' not found", WITH_KEY, "has no model org/vision-model; check"),
    "400: OpenRouter": (
        400,
        "x is not a valid model ID",
        WITH_KEY,
        "has no model org/vision-model",
    ),
    "404: the address": (
        404,
        b"<html>",
        WITH_KEY,
        "it knows no such address or model; the address",
    ),
    "405": (405, "Method Not Allowed", WITH_KEY, "it takes no chat requests there; the address"),
    "407": (407, b"", BEHIND, "the proxy proxy:3128 wants a name and a password"),
    "408": (408, b"", WITH_KEY, "the request took too long to reach it; ask again."),
    "413": (413, b"<html>too large</html>", WITH_KEY, "lower pixel_budget or send fewer pictures."),
    "415": (415, b"", WITH_KEY, "answered 415, it takes no such content"),
    "422": (
        422,
        {"detail": [{"msg": "Field required", "loc": ["body", "x"]}]},
        WITH_KEY,
        "answered 422, it refused the request (Field required).",
    ),
    "429": (429, "slow down", WITH_KEY, "it has too much to do; wait a moment and ask again (slow"),
    "500": (
        500,
        "Internal Server Error",
        WITH_KEY,
        "it failed; see its log (Internal",
    ),
    "502": (502, b"<h1>Bad Gateway</h1>", WITH_KEY, "what stands before it does not reach it"),
    "502 through a proxy": (502, b"", BEHIND, "what stands before it or the proxy proxy:3128 does"),
    "503": (503, b"", WITH_KEY, "it has too much to do; wait a moment"),
    "503: llama-server": (503, "Loading model", WITH_KEY, "it is still loading its model; wait a"),
    "504": (504, b"", WITH_KEY, "what stands before it waited too long for it; ask again."),
    "529": (529, "Overloaded", WITH_KEY, "it has too much to do; wait a moment"),
    "inside an answer": (
        200,
        "out of memory",
        WITH_KEY,
        "with an error: it failed; see its log (out",
    ),
    "busy inside": (
        200,
        {"error": {"message": "Busy", "code": 429}},
        WITH_KEY,
        "error: it has too",
    ),
    "a blind model": (500, "image input is not supported", WITH_KEY, "these pictures; send fewer"),
    "too many pictures": (
        400,
        "At most 1 image(s)",
        WITH_KEY,
        "does not take these pictures; send",
    ),
    "a short name": (400, "image input", Asked(URL, "m"), "it does not take these pictures; send"),
    "304": (304, b"", WITH_KEY, "answered 304, it refused the request."),
    "no picture": (500, "revision and division", WITH_KEY, "it failed; see its log (revision"),
    "nginx wants https": (
        400,
        b"<html><h1>400</h1>The plain HTTP request was sent to HTTPS port</html>",
        WITH_KEY,
        "host:8080 speaks https; write https://host:8080 as its address.",
    ),
    "Go wants https": (
        400,
        b"Client sent an HTTP request to an HTTPS server.\n",
        WITH_KEY,
        "host:8080 speaks https; write https://host:8080 as its address.",
    ),
}


@pytest.mark.parametrize("what", SENTENCES)
def test_a_refusal_says_what_to_do(what: str) -> None:
    status, said, asked, words = SENTENCES[what]
    body = {"error": {"message": said}} if isinstance(said, str) else said
    sentence = str(explain(status, body, asked))
    assert words in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "<" not in sentence
    assert "sk-secret" not in sentence


FORMS = {
    "OpenAI": {"error": {"message": "No lemons.", "type": "x"}},
    "a string": {"error": "No lemons."},
    "FastAPI": {"detail": "No lemons."},
    "FastAPI, a list": {"detail": [{"msg": "No lemons.", "loc": ["body"]}]},
    "vLLM": {"object": "error", "message": "No lemons.", "code": 400},
    "Google": [{"error": {"code": 400, "message": "No lemons.", "status": "INVALID_ARGUMENT"}}],
    "MiniMax": {"base_resp": {"status_code": 1, "status_msg": "No lemons."}},
    "OpenRouter": {
        "error": {
            "message": "Provider returned error",
            "metadata": {"raw": '{"error": {"message": "No lemons."}}'},
        }
    },
    "JSON in JSON": {"detail": '{"error": {"message": "No lemons."}}'},
    "errors": {"errors": [{"message": "No lemons."}]},
    "many lines": {"error": {"message": "No\n\tlemons."}},
}


@pytest.mark.parametrize("form", FORMS)
def test_the_words_are_found_in_whatever_wraps_them(form: str) -> None:
    assert read_refusal(400, {}, json.dumps(FORMS[form]).encode(), "").said == "No lemons"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"No lemons.", "No lemons"),
        (b"<!DOCTYPE html><title>No</title>", ""),
        (b"", ""),
        (b"null", ""),
        (b'{"error": {}}', ""),
        (b"\xff\xfe\x00", ""),
        (b'{"error": "\x1b[2J\\u001b[31mNo\xc2\x9b lemons"}', "No lemons"),
    ],
)
def test_what_is_no_json_is_shown_only_if_it_is_words(body: bytes, said: str) -> None:
    shown = read_refusal(500, {}, body, "").said
    assert shown.endswith(said)
    assert shown.isprintable()
    if not said:
        assert len(shown) < 5


def test_long_words_are_cut() -> None:
    assert len(read_refusal(500, {}, b"x" * 100_000, "").said) == 301


KEYS = {
    "1": ("length 16384, not 1", "length 16384, not [key]"),
    "x": ("x exceeds the next", "[key] exceeds the next"),
    "-": ("a well-known - model", "a well-known [key] model"),
    "none": ("nonetheless none", "nonetheless [key]"),
    "EMPTY": ("EMPTYING: EMPTY", "EMPTYING: [key]"),
    "sk-secret": ("sk-secret, notsk-secret2", "[key], not[key]2"),
}


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_hidden_without_spoiling_the_words_around_it(key: str) -> None:
    said, shown = KEYS[key]
    assert read_refusal(500, {}, json.dumps({"error": said}).encode(), key).said == shown


def test_a_made_up_key_does_not_hide_the_numbers_of_a_prompt_that_is_too_long() -> None:
    said = "maximum context length is 16384 tokens. However, you requested 19000 (11000 in the"
    refusal = read_refusal(400, {}, json.dumps({"error": said}).encode(), "1")
    assert refusal.overflow == Overflow(16384, 11000)
    assert said[:40] in refusal.said


LASTING = {
    "pictures": (400, "At most 1 image(s) may be provided in one prompt.", True),
    "llama-server": (500, "image input is not supported - hint: provide the mmproj", True),
    "OpenRouter": (404, "No endpoints found that support image input", True),
    "roles": (400, "Conversation roles must alternate", True),
    "size": (413, "", True),
    "memory": (500, "out of memory", False),
    "a name that sees": (500, "org/vision-model crashed", False),
    "key": (401, "no key for image input", False),
    "limit": (429, "too many images per minute", False),
    "an unknown model": (404, "The model `org/vision-model` does not exist", False),
}


@pytest.mark.parametrize("what", LASTING)
def test_a_prompt_that_will_never_do_is_told_from_what_may_work_later(what: str) -> None:
    status, said, is_lasting = LASTING[what]
    error = explain(status, {"error": {"message": said}})
    assert type(error) is (PromptRefused if is_lasting else EndpointError)


def test_what_a_server_offers_stands_where_it_has_no_such_model() -> None:
    asked = Asked(URL, "gpt", "one, two")
    for status, said in ((404, "model gpt not found"), (400, "Failed to load model: no files")):
        sentence = str(explain(status, {"error": said}, asked))
        assert sentence == f"{URL} has no model gpt; it offers one, two ({said})."


@given(
    st.integers(300, 599),
    st.one_of(
        st.binary(max_size=40),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(max_size=9),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["error", "detail", "message", "code", "metadata", "raw", "loc"]
                    ),
                    inner,
                    max_size=3,
                )
            ),
        ).map(lambda said: json.dumps(said).encode()),
    ),
    st.dictionaries(
        st.sampled_from(["retry-after", "location", "content-type", "x-ratelimit-reset"]),
        st.text(max_size=12),
    ),
)
def test_any_reply_makes_one_sentence(status: int, body: bytes, headers: Any) -> None:
    sentence = str(explain_refusal(read_refusal(status, headers, body, "k"), WITH_KEY))
    assert sentence.endswith(".")
    assert len(sentence) < 800

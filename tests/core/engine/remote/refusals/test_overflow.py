"""Point 4: how servers say "too long", and what is none of it."""

import json

import pytest

from seeshell.core.engine.remote.refusals.asked import Asked
from seeshell.core.engine.remote.refusals.overflow import Overflow, read_answer_limit, read_overflow
from seeshell.core.engine.remote.refusals.refusal import read_refusal
from seeshell.core.engine.remote.refusals.sentences import explain_refusal
from seeshell.core.errors import EndpointError, PromptRefused, PromptTooLong

ASKED = Asked("http://host/v1", "org/model")

PICTURES = (
    "The decoder prompt (length 10127) is longer than the maximum model length of 8192. Make "
)
PICTURES += (
    "sure that `max_model_len` is no smaller than the number of text tokens plus multimodal "
)
PICTURES += "tokens. For image inputs, the number of image tokens depends on the number of images."

DIALECTS = {
    "vLLM, old": (
        "This model's maximum context length is 2048 tokens. However, you requested 2616 tokens "
        "(568 in the messages, 2048 in the completion). Please reduce the length of the messages.",
        Overflow(2048, 568),
    ),
    "vLLM: the answer": (
        "'max_tokens' or 'max_completion_tokens' is too large: 8000. This model's maximum context "
        "length is 4096 tokens and your request has 2778 input tokens (8000 > 4096 - 2778). None",
        Overflow(4096, 2778),
    ),
    "vLLM: the prompt": (
        "This model's maximum context length is 8192 tokens. However, your request has 9001 input "
        "tokens. Please reduce the length of the input messages. None",
        Overflow(8192, 9001),
    ),
    "vLLM: pictures": (PICTURES, Overflow(8192, 10127)),
    "vLLM: at least": (
        "This model's maximum context length is 163840 tokens. However, you requested 32000 output "
        "tokens and your prompt contains at least 131841 input tokens, for a total of at least "
        "163841 tokens. Please reduce the length of the input prompt or the number of requested "
        "output tokens. (parameter=input_tokens, value=131841)",
        Overflow(163840, 131841),
    ),
    "vLLM: passed": (
        "You passed 12289 input tokens and requested 4096 output tokens. However, the model's "
        "context length is only 16384 tokens, resulting in a maximum input length of 12288 tokens.",
        Overflow(16384, 12289),
    ),
    "vLLM: less than nothing": ("max_tokens must be at least 1, got -1404.", Overflow()),
    "vLLM in Rust": (
        "this model's maximum context length is 8192 tokens, but the prompt contains 9001 input "
        "tokens",
        Overflow(8192, 9001),
    ),
    "llama-server": (
        "request (13392 tokens) exceeds the available context size (8192 tokens), try increasing "
        "it",
        Overflow(8192, 13392),
    ),
    "llama-server, old": (
        "the request exceeds the available context size, try increasing it",
        Overflow(),
    ),
    "SGLang: the prompt": (
        "The input (10009 tokens) is longer than the model's context length (8192 tokens).",
        Overflow(8192, 10009),
    ),
    "SGLang: both": (
        "Requested token count exceeds the model's maximum context length of 64000 tokens. You "
        "requested a total of 71897 tokens: 7897 tokens from the input messages and 64000 tokens "
        "for the completion. Please reduce the number of tokens.",
        Overflow(64000, 7897),
    ),
    "Ollama": ("prompt too long; exceeded max context length by 4096 tokens", Overflow()),
    "LM Studio": (
        "Trying to keep the first 6269 tokens when context the overflows. However, the model is "
        "loaded with context length of only 4096 tokens, which is not enough. Try to load the "
        "model with a larger context length, or provide a shorter input",
        Overflow(4096, 6269),
    ),
    "LM Studio, keeping": (
        "tokens to keep from the initial prompt is greater than the context length",
        Overflow(),
    ),
    "TGI: both": (
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 30 "
        "`inputs` tokens and 10000 `max_new_tokens`",
        Overflow(4096, 30),
    ),
    "TGI: no numbers given": ("`inputs` tokens + `max_new_tokens` must be <= 4096", Overflow(4096)),
    "TGI: the prompt": (
        "Input validation error: `inputs` must have less than 4096 tokens. Given: 5000",
        Overflow(4096, 5000),
    ),
    "TensorRT-LLM": (
        "The sum of prompt length (4000.0), query length (0) max_tokens (2048) should not exceed "
        "max_seq_len (4096)",
        Overflow(4096, 4000),
    ),
    "Triton": ("Prompt length (5056) exceeds maximum sequence length (2048)", Overflow(2048, 5056)),
    "a session": ("input tokens exceed session_len limit", Overflow()),
    "mlx-vlm": (
        "Request needs 2616 context tokens (568 prompt + 2048 max generation), but MAX_KV_SIZE is "
        "2048.",
        Overflow(2048, 568),
    ),
    "OpenAI": (
        "This model's maximum context length is 128000 tokens. However, your messages resulted in "
        "130000 tokens. Please reduce the length of the messages.",
        Overflow(128000, 130000),
    ),
    "OpenAI, responses": (
        "Your input exceeds the context window of this model. Please adjust your input.",
        Overflow(),
    ),
    "OpenAI: a text": (
        "Invalid 'messages[0].content': string too long. Expected a string with maximum length "
        "1048576, but got a string with length 2000000 instead.",
        Overflow(),
    ),
    "Azure": (
        "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in "
        "509178 tokens. Please reduce the length of the messages.",
        Overflow(272000, 509178),
    ),
    "OpenRouter": (
        "This endpoint's maximum context length is 131072 tokens. However, you requested about "
        "200000 tokens (190000 of text input, 10000 in the output).",
        Overflow(131072, 190000),
    ),
    "Anthropic": ("prompt is too long: 215000 tokens > 200000 maximum", Overflow(200000, 215000)),
    "Anthropic: both": (
        "input length and `max_tokens` exceed context limit: 174167 + 64000 > 200000, decrease "
        "input length or `max_tokens` and try again",
        Overflow(200000, 174167),
    ),
    "Gemini": (
        "The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).",
        Overflow(1048575, 1196265),
    ),
    "Mistral": (
        "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum "
        "context length",
        Overflow(32768, 40000),
    ),
    "xAI": (
        "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
        Overflow(131072, 537812),
    ),
    "Groq": ("Please reduce the length of the messages or completion.", Overflow()),
    "Moonshot": (
        "Invalid request: Your request exceeded model token limit: 262144 (requested: 300000)",
        Overflow(262144, 300000),
    ),
    "mlx-vlm's summary": (
        "A conversation exchange cannot fit in a compaction summary request; reduce the message or "
        "tool result size. Original context preserved.",
        Overflow(),
    ),
    "DashScope": ("Range of input length should be [1, 129024]", Overflow(129024)),
    "MiniMax": ("invalid params, context window exceeds limit", Overflow()),
    "with commas": (
        "Prompt has 300,000 tokens, but the configured context size is 131,072 tokens",
        Overflow(131072, 300000),
    ),
}


@pytest.mark.parametrize("server", DIALECTS)
@pytest.mark.parametrize("status", [200, 400, 500])
def test_too_long_is_understood_in_every_dialect(server: str, status: int) -> None:
    said, expected = DIALECTS[server]
    body = json.dumps({"error": {"message": said, "code": None}}).encode()
    refusal = read_refusal(status, {}, body, "")
    assert refusal.overflow == expected
    assert isinstance(explain_refusal(refusal, ASKED), PromptTooLong)


WRAPPED = {
    "llama-server's numbers": {
        "error": {
            "code": 400,
            "message": "too large",
            "type": "exceed_context_size_error",
            "n_prompt_tokens": 13392,
            "n_ctx": 8192,
        }
    },
    "a code": {"error": {"message": "No.", "code": "context_length_exceeded"}},
    "a type": {"error": {"message": "No.", "type": "prompt_too_long"}},
    "OpenRouter": {
        "error": {
            "message": "Provider returned error",
            "code": 400,
            "metadata": {"raw": json.dumps({"message": PICTURES})},
        }
    },
    "a gateway": {"detail": json.dumps({"error": {"message": PICTURES}})},
    "FastAPI": {"detail": [{"msg": PICTURES, "loc": ["body"]}]},
    "Google": [{"error": {"code": 400, "message": "The prompt is too long.", "status": "X"}}],
    "plain": PICTURES,
}


@pytest.mark.parametrize("form", WRAPPED)
def test_too_long_is_found_in_whatever_wraps_it(form: str) -> None:
    refusal = read_refusal(400, {}, json.dumps(WRAPPED[form]).encode(), "")
    assert refusal.overflow is not None
    assert isinstance(explain_refusal(refusal, ASKED), PromptTooLong)


OTHERS = {
    "tokens per minute": (
        429,
        "Rate limit reached for gpt-4 on tokens per min (TPM): Limit 8000, Used 7900, Requested "
        "4353. Please try again in 7.6s.",
        EndpointError,
    ),
    "more than a minute's tokens": (
        413,
        "Request too large for model `gpt` on tokens per minute (TPM): Limit 8000, Requested "
        "50077, please reduce your message size and try again.",
        PromptRefused,
    ),
    "pictures": (400, "At most 1 image(s) may be provided in one prompt.", PromptRefused),
    "no pictures": (400, "Model does not support images.", PromptRefused),
    "too many bytes": (413, "Request exceeds the maximum size", PromptRefused),
    "roles": (400, "Conversation roles must alternate user/assistant", PromptRefused),
    "the answer's limit": (
        400,
        "max_tokens is too large: 100000. This model supports at most 16384 completion tokens",
        PromptRefused,
    ),
    "memory": (500, "CUDA out of memory", EndpointError),
    "quota": (429, "You exceeded your current quota, please check your plan", EndpointError),
}


@pytest.mark.parametrize("what", OTHERS)
def test_what_is_not_too_long_is_told_apart(what: str) -> None:
    status, said, kind = OTHERS[what]
    refusal = read_refusal(status, {}, json.dumps({"error": {"message": said}}).encode(), "")
    assert refusal.overflow is None
    assert type(explain_refusal(refusal, ASKED)) is kind


LIMITS = {
    "OpenAI": (
        "max_tokens is too large: 100000. This model supports at most 16384 completion tokens, "
        "whereas you provided 100000.",
        16384,
    ),
    "OpenAI, newer": (
        "Invalid 'max_tokens': integer above maximum value. Expected a value <= 32768, but got 9",
        32768,
    ),
    "Groq": (
        "`max_tokens` must be less than or equal to `4096`, the maximum value for `max_tokens` is "
        "less than the `context_window` for this model",
        4096,
    ),
    "DeepSeek": ("Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", 8192),
    "Anthropic": (
        "max_tokens: 30000 > 16000, which is the maximum allowed number of output tokens for m",
        16000,
    ),
    "Gemini": (
        "Unable to submit request because it has a maxOutputTokens value of 100000 but the "
        "supported range is from 1 (inclusive) to 65537 (exclusive)",
        65537,
    ),
    "SGLang": (
        "max_completion_tokens is too large: 9999.This model supports at most 4096 completion "
        "tokens.",
        4096,
    ),
    "a comparison": ("max_tokens must be <= 4096", 4096),
    "between": ("max_tokens must be between 1 and 4,096", 4096),
    "a gateway": ("max_completion_tokens is not valid: expected a value <= 8192, but got 3", 8192),
    "at least": ("max_tokens must be at least 1", 0),
    "greater": ("max_tokens must be greater than 0", 0),
    "another field": ("temperature must be <= 2", 0),
    "nothing": ("", 0),
}


@pytest.mark.parametrize("server", LIMITS)
def test_the_longest_answer_is_read_from_what_servers_say(server: str) -> None:
    said, expected = LIMITS[server]
    assert read_answer_limit(said) == expected


def test_numbers_that_python_refuses_to_read_are_large_ones() -> None:
    digits = "9" * 6000
    said = f"maximum context length is {digits} tokens"
    assert read_overflow(said, (), {}) == Overflow(10**21 - 1, 0)
    assert read_answer_limit(f"max_tokens must be <= {digits}") == 10**21 - 1

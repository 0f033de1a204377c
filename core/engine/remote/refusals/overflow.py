"""How servers say that prompt and answer do not fit the context, and the numbers in what they say.

Source: the error messages of vLLM, llama-server, SGLang, Ollama, LM Studio, TGI, TensorRT-LLM,
mlx-vlm, OpenAI, Azure, Anthropic, Gemini, Mistral, DeepSeek, Groq, Together, OpenRouter,
xAI, Moonshot, MiniMax, Z.ai and DashScope, as their sources or their users give them.
"""

import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple


class Overflow(NamedTuple):
    """What a server says of a request that is too long; 0 for what it does not say."""

    context: int = 0
    """Tokens of the context."""
    prompt: int = 0
    """Tokens of the prompt."""


_N: Final = r"(\d[\d,]{0,20})"
"""A number of tokens. Cut like this one with more digits is still too large to be one; in full it
would take time for each place at which it can be cut, and Python refuses to read it.
"""

_NUMBERED: Final = tuple(
    re.compile(
        pattern.replace("CONTEXT", f"(?P<context>{_N})").replace("PROMPT", f"(?P<prompt>{_N})")
    )
    for pattern in (
        # vLLM, OpenAI, DeepSeek, OpenRouter: what was asked for, in messages and completion.
        r"maximum context length (?:is|of) CONTEXT.*?\(about PROMPT (?:tokens )?(?:of|in)",
        r"maximum context length (?:is|of) CONTEXT.*?\(PROMPT (?:tokens )?(?:of|in)",
        r"maximum context length (?:is|of) CONTEXT.*?"
        r"(?:request has|resulted in|contains(?: at least)?|a total of \d+ tokens:) PROMPT",
        r"maximum context length (?:is|of) CONTEXT",
        r"passed PROMPT input tokens.*?context length is only CONTEXT",
        r"prompt \(length PROMPT\) is longer than the maximum model length of CONTEXT",
        # llama-server, old and new.
        r"request \(PROMPT tokens\) exceeds the available context size \(CONTEXT",
        r"prompt is too long \(n_prompt_tokens = PROMPT, n_ctx = CONTEXT",
        r"prompt is too long \(PROMPT tokens, max (?:is )?CONTEXT",
        # SGLang and Together.
        r"input \(PROMPT tokens\) is longer than the model's context length \(CONTEXT",
        r"input length \(?PROMPT\)? (?:tokens )?exceeds (?:the )?(?:model's )?maximum "
        r"(?:context |allowed input )?length (?:of )?\(?CONTEXT",
        # LM Studio.
        r"first PROMPT tokens when context the overflows.*?context length of only CONTEXT",
        # TGI.
        r"must be <= CONTEXT\. given: PROMPT `inputs`",
        r"`inputs` must have less than CONTEXT tokens\. given: PROMPT",
        r"`max_new_tokens` must be <= CONTEXT",
        # TensorRT-LLM.
        r"prompt length \(PROMPT(?:\.0)?\).*?not exceed max_(?:seq_len|num_tokens) \(CONTEXT",
        r"prompt length \(PROMPT\) exceeds maximum (?:input|sequence) length \(CONTEXT",
        # mlx-vlm.
        r"\(PROMPT prompt \+ \d+ max generation\), but max_kv_size is CONTEXT",
        # Anthropic, Gemini, Mistral, xAI, Copilot, DS4, Moonshot.
        r"prompt is too long: PROMPT tokens > CONTEXT",
        r"exceed context limit: PROMPT \+ \d+ > CONTEXT",
        r"input token count \(?PROMPT\)? exceeds the maximum number of tokens allowed \(?CONTEXT",
        r"contains PROMPT tokens.*?too large for model with CONTEXT maximum context length",
        r"maximum prompt length is CONTEXT but the request contains PROMPT",
        r"prompt token count of PROMPT exceeds the limit of CONTEXT",
        r"prompt has PROMPT tokens, but the configured context size is CONTEXT",
        r"exceeded model token limit: CONTEXT \(requested: PROMPT",
        r"exceed the configured limit of CONTEXT tokens\. your messages resulted in PROMPT",
        r"range of input length should be \[\d+, CONTEXT\]",
    )
)
"""Tried in this order against the words in lower case."""

_WORDS: Final = re.compile(
    r"context[_ ](length|window|size)[_ ](is[_ ]|has been[_ ])?exceed|context the overflows"
    r"|exceed\w*[_ ](the[_ ])?(available[_ ])?context|maximum context"
    r"|max_tokens must be at least 1, got -"
    r"|(exceed\w*|longer than|greater than|larger than) (the )?((model|request|endpoint)'?s? )?"
    r"(available |maximum |max |allowed )*(context|prompt|input|sequence|model|session) "
    r"(length|window|size|limit)"
    r"|(prompt|input|conversation|messages?|request)( \w+)? (is|are) too long|prompt too long"
    r"|too many (input |prompt )?tokens|token limit exceeded|reduce the length of (the|your)"
    r"|model token limit|input length should be|input tokens exceed|exceed\w* max_seq_len"
    r"|tokens to keep from the initial prompt|exceeds max length|maximum number of tokens allowed"
    r"|too large for model with|n_ctx|kv cache can hold|string too long"
    r"|session[_ ]len\w* (exceed|limit)"
    # mlx_vlm.server, which first tries to summarise what does not fit.
    r"|original context preserved|available context budget|context headroom",
)

_CODES: Final = frozenset(
    {
        "context_length_exceeded",
        "exceed_context_size_error",
        "context_window_exceeded",
        "model_context_window_exceeded",
        "model_max_prompt_tokens_exceeded",
        "prompt_too_long",
        "string_above_max_length",
    }
)
"""Codes and types by which servers say it, whatever their words are."""

_RATE: Final = re.compile(
    r"per[- _](minute|min|day|hour|second)|\b[tr]p[mdhs]\b|rate[-_ ]?limit|too many requests"
    r"|throttl|quota|concurren"
)
"""A limit on what passes in some time, which is no context however it speaks of tokens."""

_ANSWER_LIMITS: Final = tuple(
    re.compile(
        pattern.replace("NAME", r"max_?(?:completion_|output_|new_)?tokens").replace("LIMIT", _N)
    )
    for pattern in (
        r"supports at most LIMIT (?:completion|output) tokens",
        r"NAME\W+\d[\d,]* > LIMIT, which is the maximum",
        r"range of NAME (?:is|should be) \[\d+, ?LIMIT\]",
        r"range is from \d+ \(inclusive\) to LIMIT",
        r"NAME\b[^.]*?(?:between \d+ and |\[\d+, ?)LIMIT",
        r"NAME\b.*?(?:<=|≤|less than or equal to|at most|no (?:more|greater|larger) than|not exceed"
        r"|can(?:no|')t be greater than|maximum (?:value|is|of|allowed)|up to)[^\d.]{0,20}LIMIT",
    )
)
"""How servers say how long an answer may be at most, against the words in lower case."""


def read_overflow(said: str, codes: Iterable[str], fields: dict[str, Any]) -> Overflow | None:
    """Returns what an error says of a request that is too long; None if it says something else.

    Args:
        said: the server's words.
        codes: the error's code and type.
        fields: of the error, where some servers put the numbers.
    """
    words = said.lower()
    if _RATE.search(words):
        return None
    context, prompt = fields.get("n_ctx"), fields.get("n_prompt_tokens")
    if isinstance(context, int) and isinstance(prompt, int):
        return Overflow(context, prompt)
    for pattern in _NUMBERED:
        if match := pattern.search(words):
            found = match.groupdict()
            return Overflow(*(_number(found.get(name)) for name in Overflow._fields))
    if read_answer_limit(said):
        return None
    is_said = _WORDS.search(words) or not _CODES.isdisjoint(code.lower() for code in codes)
    return Overflow() if is_said else None


def read_answer_limit(said: str) -> int:
    """Returns how long an answer may be at most by an error's words; 0 if they do not say."""
    words = said.lower()
    for pattern in _ANSWER_LIMITS:
        if match := pattern.search(words):
            return _number(match[1])
    return 0


def _number(text: str | None) -> int:
    return int(text.replace(",", "")) if text else 0

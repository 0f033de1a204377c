"""Options of an answer as fields of a chat request: what servers call them, and which they take.

A field that a server does not know is mostly ignored, so that of several names all are sent; one
that is refused is not sent again. Source: vLLM and SGLang (`repetition_penalty`,
`chat_template_kwargs`, `thinking_token_budget`), llama-server and LM Studio (`repeat_penalty`,
`chat_template_kwargs`), mlx_vlm.server and DashScope (`enable_thinking`, `thinking_budget`), and
OpenAI, which refuses all but its own and calls thinking `reasoning_effort`.
"""

from collections.abc import Mapping, Set
from typing import Any, Final

import msgspec

from ...generation_options import GenerationOptions

SCHEMA_FIELD: Final = "response_format"
"""An answer without it would not be what was asked for, so that it is never left away."""

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "temperature": ("temperature",),
    "top_p": ("top_p",),
    "top_k": ("top_k",),
    "min_p": ("min_p",),
    "repetition_penalty": ("repetition_penalty", "repeat_penalty"),
    "presence_penalty": ("presence_penalty",),
    "seed": ("seed",),
    "thinking": ("chat_template_kwargs", "enable_thinking"),
    "thinking_budget": ("thinking_budget", "thinking_token_budget"),
}
"""What servers call each option."""

_EFFORT: Final = "reasoning_effort"
"""Asked for only where the names for thinking are refused: others refuse its values."""


def write_options(options: GenerationOptions, refused: Set[str]) -> dict[str, Any]:
    """Returns the fields for the options that are set, but for those that a server refuses."""
    fields: dict[str, Any] = {}
    for option, names in _NAMES.items():
        value = getattr(options, option)
        if value is not None:
            fields |= {name: _value(name, value) for name in names if name not in refused}
    if options.thinking is not None and _takes_effort(refused):
        fields[_EFFORT] = "medium" if options.thinking else "none"
    if options.schema:
        schema = msgspec.Raw(options.schema.encode())
        answer = {"name": "answer", "strict": True, "schema": schema}
        fields[SCHEMA_FIELD] = {"type": "json_schema", "json_schema": answer}
    return fields


def name_ignored(options: GenerationOptions, refused: Set[str]) -> str:
    """Returns the options that are set but not taken under any name, as a phrase; may be empty."""
    ignored = [
        option
        for option, names in _NAMES.items()
        if getattr(options, option) is not None and refused >= set(names)
    ]
    if _takes_effort(refused) and "thinking" in ignored:
        ignored.remove("thinking")
    return ", ".join(ignored)


def _takes_effort(refused: Set[str]) -> bool:
    return refused >= set(_NAMES["thinking"]) and _EFFORT not in refused


def _value(name: str, value: Any) -> Any:
    return {"enable_thinking": value} if name == "chat_template_kwargs" else value

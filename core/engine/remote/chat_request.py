"""A chat request, kept to the fields and to the length of answer that its server takes."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from ...generation_options import MOST_TOKENS, GenerationOptions
from .option_fields import SCHEMA_FIELD, name_ignored, write_options
from .refusals.overflow import Overflow, read_answer_limit
from .refusals.refusal import Refusal

_LIMIT_NAMES: Final = ("max_tokens", "max_completion_tokens")
"""How servers call the limit of an answer; newer models of OpenAI take the second alone."""

NO_SUMMARY: Final = "context_management"
"""Empty, it keeps mlx_vlm.server from answering from a summary of its own, without a word about it,
where a conversation does not fit: what is left out is for the user to say."""

CONTINUING: Final = {"continue_final_message": True, "add_generation_prompt": False}
"""Has the last message, which is an answer, continued. Without it a server would answer anew."""

_SHORTEST_ANSWER: Final = 32
"""Tokens; where less is left the conversation is too long."""

_BYTES_PER_TOKEN: Final = 4
"""Of English text; of most others fewer, so that no prompt is taken for longer than it is."""

_TOKENS_PER_MESSAGE: Final = 4

_MENDABLE: Final = (400, 413, 422, 500, 501)

_REFUSES: Final = re.compile(
    r"unsupported|unrecogni[sz]ed|unknown|unexpected|invalid (field|parameter|argument)|extra"
    r"|(not|n't|never) (be |currently )*(support|permit|allow|accept|recogni)|no longer|deprecated"
    r"|cannot both|can't both|find field|forbidden|not enabled"
)
"""How servers say that they do not take a field of the request."""

_NO_SYSTEM: Final = re.compile(
    r"system\W{0,2} (role|message|prompt|instruction)|roles? .{0,20}system|roles must alternate"
    r"|only user,? and assistant|messages\[0\]\.role|role.{0,40}does not support"
)
"""How servers, and the chat templates of their models, say that they take no system prompt."""

_SYSTEM: Final = "system"


@dataclass
class ServerHabits:
    """What a server was found to take in requests for one model; remembered from turn to turn."""

    context: int = 0
    """Tokens of the context; 0 while it is not known."""
    longest_answer: int = 0
    """Most tokens of an answer that it takes; 0 while it is not known."""
    can_continue: bool = False
    """Whether it is known to go on with an answer that was cut off."""
    refused: set[str] = field(default_factory=set)
    """Fields of a request that it does not take; `system` for the role of a system prompt."""

    @property
    def limit_name(self) -> str:
        """What the limit of an answer is called; empty if it takes none."""
        return next((name for name in _LIMIT_NAMES if name not in self.refused), "")


class ChatRequest:
    """One turn's request, and what is to be changed in it where the server refuses it."""

    def __init__(
        self,
        model: str,
        messages: list[dict[str, Any]],
        options: GenerationOptions,
        habits: ServerHabits,
    ) -> None:
        """Sends nothing yet.

        Args:
            model: as the server names it.
            messages: in the form of the protocol; a system prompt, if there is one, first.
            options: how to answer.
            habits: of the server; what this turn teaches is added.
        """
        self._model = model
        self._messages = messages
        self._options = options
        self._habits = habits
        self._estimate = sum(map(_estimate_tokens, messages))
        self._room = 0
        self._has_guessed = False

    def encode(self) -> bytes:
        """Returns the body of the request; with many pictures this blocks for some time."""
        messages = self._messages
        if self._has_system and _SYSTEM in self._habits.refused:
            messages = _merge_system(messages)
        fields = {"model": self._model, "messages": messages, **self._fields()}
        return msgspec.json.encode(fields)

    @property
    def ignored(self) -> str:
        """Options that are set but that the server does not take, as a phrase; empty for none."""
        return name_ignored(self._options, self._habits.refused)

    def has_refused_schema(self, refusal: Refusal) -> bool:
        """Returns whether it is the schema of the answer that a server does not take."""
        words = f"{refusal.parameter} {refusal.said}".lower()
        is_named = SCHEMA_FIELD in words or "json_schema" in words or "schema" in words
        return bool(self._options.schema) and refusal.status in _MENDABLE and is_named

    def mend(self, refusal: Refusal) -> bool:
        """Returns whether the request was changed so that asking again makes sense."""
        if refusal.status not in _MENDABLE or refusal.is_about_the_model:
            return False
        if refusal.overflow is not None:
            return self._make_room(refusal.overflow)
        limit = read_answer_limit(refusal.said)
        if limit and limit < self._limit:
            self._habits.longest_answer = limit
            return True
        return self._merge(refusal) or self._leave_out(refusal)

    @property
    def _has_system(self) -> bool:
        return len(self._messages) > 1 and self._messages[0]["role"] == _SYSTEM

    @property
    def _limit(self) -> int:
        """Tokens of the answer: as many as are wanted, kept below what the server can give."""
        known = (self._options.max_tokens or MOST_TOKENS, self._habits.longest_answer, self._room)
        limit = min(tokens for tokens in known if tokens)
        context = self._habits.context
        if context:
            # What the pictures take is known to the server alone.
            limit = min(limit, max(context - self._estimate, context // 8, 1))
        return limit

    def _fields(self) -> dict[str, Any]:
        """Returns what the request says beside model and messages."""
        wanted: dict[str, Any] = {
            "stream": True,
            "stream_options": {"include_usage": True},
            self._habits.limit_name: self._limit,
            NO_SUMMARY: [],
        }
        if self._messages[-1]["role"] == "assistant":
            wanted |= CONTINUING
        left_out = self._habits.refused | {""}
        if "stream" in left_out:
            left_out |= {"stream_options"}
        kept = {name: value for name, value in wanted.items() if name not in left_out}
        return kept | write_options(self._options, left_out)

    def _make_room(self, overflow: Overflow) -> bool:
        """Shortens the answer to what the prompt leaves of the context."""
        sent = self._limit
        if not overflow.context or not self._habits.limit_name:
            return False
        self._habits.context = min(filter(None, (self._habits.context, overflow.context)))
        room = overflow.context - overflow.prompt - 1
        # Some count no further than shows that it is too much.
        is_exact = overflow.prompt and overflow.prompt + sent != overflow.context + 1
        if not is_exact:
            if self._has_guessed:
                return False
            self._has_guessed = True
            room = min(room, self._limit, sent // 4)
        if room >= sent or room < min(sent, _SHORTEST_ANSWER):
            return False
        self._room = room
        return True

    def _merge(self, refusal: Refusal) -> bool:
        """Puts the system prompt in front of the first question where the server takes none."""
        is_told = _NO_SYSTEM.search(refusal.said.lower()) is not None
        if not is_told or not self._has_system or _SYSTEM in self._habits.refused:
            return False
        self._habits.refused.add(_SYSTEM)
        return True

    def _leave_out(self, refusal: Refusal) -> bool:
        """Leaves out the field that the refusal names, or names the answer's limit otherwise.

        The schema of the answer is never left out, nor what has it continued.
        """
        words = " ".join((refusal.said, *refusal.codes)).lower()
        if not _REFUSES.search(words):
            return False
        sent = self._fields()
        named = re.findall(r"\w+", f"{refusal.parameter} {words}")
        name = next((word for word in named if word in sent), None)
        if name is None or name == SCHEMA_FIELD or name in CONTINUING:
            return False
        self._habits.refused.add(name)
        return True


def _estimate_tokens(message: dict[str, Any]) -> int:
    """Returns about how many tokens a message's text takes at least."""
    content = message["content"]
    texts = [content] if isinstance(content, str) else [part.get("text", "") for part in content]
    size = sum(len(text.encode("utf-8", "replace")) for text in texts)
    return size // _BYTES_PER_TOKEN + _TOKENS_PER_MESSAGE


def _merge_system(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the messages with the system prompt as the first words of the first question."""
    system, first, *others = messages
    words, content = system["content"], first["content"]
    if isinstance(content, str):
        merged: Any = f"{words}\n\n{content}"
    else:
        merged = [{"type": "text", "text": f"{words}\n\n"}, *content]
    return [first | {"content": merged}, *others]

"""Chooses an answer's tokens: what is asked for, else the checkpoint's defaults, else mlx-vlm's."""

from collections.abc import Sequence
from typing import Any, Final

import mlx.core as mx

from ..engine import AnswerOptions
from ..loading import Checkpoint
from ..mlx_vlm_names import resolve_sampling_defaults
from .logits_rules import LogitsRule
from .penalties import Penalties
from .sampling import Chance, Greedy, Sampler, make_filters
from .schema import SchemaRule
from .thinking import ThoughtsBudget

_DEFAULTS: Final = {"min_p": 0.0, "repetition_penalty": 1.0, "presence_penalty": 0.0}
"""Where neither the question nor the checkpoint says anything: no change."""


class Chooser:
    """Chooses tokens from logits as the rules leave them."""

    def __init__(self, sampler: Sampler, rules: Sequence[LogitsRule] = ()) -> None:
        """Makes the chooser of an answer that has not begun.

        Args:
            sampler: what chooses.
            rules: what changes the logits before that, applied in this order.
        """
        self._sampler = sampler
        self._rules = rules
        self._taken = 0

    def choose(self, logits: Any) -> Any:
        """Returns the token that follows those taken so far, shape (1,), not evaluated.

        Args:
            logits: shape (1, vocabulary), not evaluated.
        """
        for rule in self._rules:
            logits = rule.apply(logits)
        return mx.argmax(self._sampler.scores(logits, self._taken), axis=-1)

    def take(self, token: Any) -> None:
        """Takes the answer's next token, shape (1,); it may still be computed."""
        for rule in self._rules:
            rule.take(token)
        self._taken += 1


def make_chooser(
    checkpoint: Checkpoint, options: AnswerOptions, limit: int, closing_tag: str = ""
) -> Chooser:
    """Returns what chooses the tokens of an answer with these options.

    Args:
        checkpoint: the model.
        options: what is asked for.
        limit: most tokens of the answer.
        closing_tag: of thoughts that the prompt has opened already; empty for none.

    Raises:
        TurnError: the JSON schema can't be used.
    """
    temperature, top_p, top_k = resolve_sampling_defaults(
        checkpoint.model.config,
        temperature=options.temperature,
        top_p=options.top_p,
        top_k=options.top_k,
    )
    chosen = {
        name: checkpoint.generation_defaults.get(name, default)
        if getattr(options, name) is None
        else getattr(options, name)
        for name, default in _DEFAULTS.items()
    }
    tokenizer = checkpoint.processor.tokenizer
    rules: list[LogitsRule] = []
    if chosen["repetition_penalty"] != 1 or chosen["presence_penalty"] != 0:
        rules.append(Penalties(chosen["repetition_penalty"], chosen["presence_penalty"]))
    budget = options.thinking_budget
    if options.schema:
        rules.append(SchemaRule(tokenizer, options.schema, limit, closing_tag))
        # Half of the answer is the document's.
        budget = min(limit // 2, limit if budget is None else budget)
    if budget is not None:
        rules.append(ThoughtsBudget(tokenizer, closing_tag, budget))
    if temperature == 0:
        return Chooser(Greedy(), rules)
    vocabulary = checkpoint.model.config.text_config.vocab_size
    filters = make_filters(top_p, chosen["min_p"], top_k, vocabulary)
    return Chooser(Chance(temperature, filters, options.seed), rules)

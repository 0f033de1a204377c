"""Chooses an answer's tokens: what is asked for, else the checkpoint's defaults, else mlx-vlm's."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import mlx.core as mx

from ...generation_options import GenerationOptions
from ..loading import Checkpoint
from ..mlx_vlm_names import resolve_sampling_defaults
from .logits_rules import LogitsRule
from .penalties import Penalties
from .repeating import Repeating
from .sampling import Chance, Greedy, Sampler, make_filters
from .schema import SchemaRule
from .thinking import ThoughtsBudget

_DEFAULTS: Final = {"min_p": 0.0, "repetition_penalty": 1.0, "presence_penalty": 0.0}
"""Where neither the question nor the checkpoint says anything: no change."""


class Choices(NamedTuple):
    """Tokens chosen from the rows of one pass, not evaluated."""

    tokens: Any
    """Shape (rows,)."""
    margins: Any
    """How far the best two tokens of each row are apart, as logits are."""

    def agreed(self, proposal: Sequence[int], least_margin: float) -> tuple[int, int | None]:
        """Returns how many proposed tokens are accepted, and the token that follows them.

        Waits until both are computed.

        Args:
            proposal: one token less than there are rows.
            least_margin: how far the best two have to be apart for a choice to be certain.

        Returns:
            What follows is None where that choice is not certain.
        """
        tokens, margins = self.tokens.tolist(), self.margins.tolist()
        for count, (token, margin) in enumerate(zip(tokens, margins, strict=True)):
            if margin < least_margin:
                return count, None
            if count == len(proposal) or token != proposal[count]:
                break
        return count, token


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
        scores = self._sampler.scores(self._apply_rules(logits), self._taken)
        return mx.argmax(scores, axis=-1)

    def choose_each(self, rows: Any, proposal: Sequence[int]) -> Choices:
        """Returns what follows the tokens taken so far, and then each token of a proposal.

        Args:
            rows: logits after the last token taken, and after each proposed one: one row more than
                there are of these.
            proposal: what `fit` has returned.
        """
        if self._rules:
            rows = self._apply_rules_to_each(rows, proposal)
        scores = self._sampler.scores(rows, self._taken)
        tokens = mx.argmax(scores, axis=-1, keepdims=True)
        second = mx.put_along_axis(scores, tokens, mx.array(-mx.inf, scores.dtype), axis=-1)
        margins = scores.max(axis=-1) - second.max(axis=-1)
        return Choices(tokens[:, 0], margins)

    def go_on(self, tokens: Sequence[int]) -> None:
        """Takes the tokens that the answer has already."""
        for token in tokens:
            self.take(mx.array([token]))

    def take(self, token: Any) -> None:
        """Takes the answer's next token, shape (1,); it may still be computed."""
        for rule in self._rules:
            rule.take(token)
        self._taken += 1

    def go_back(self, count: int) -> None:
        """Forgets the last `count` tokens taken."""
        for rule in self._rules:
            rule.go_back(count)
        self._taken -= count

    def fit(self, proposal: Sequence[int]) -> Sequence[int]:
        """Returns as much of a proposal as the rules let follow the tokens taken so far."""
        for rule in self._rules:
            proposal = rule.fit(proposal)
        return proposal

    def _apply_rules(self, logits: Any) -> Any:
        if self._rules:
            # The model computes while the rules find out what they want.
            mx.async_eval(logits)  # type: ignore[no-untyped-call]
        for rule in self._rules:
            logits = rule.apply(logits)
        return logits

    def _apply_rules_to_each(self, rows: Any, proposal: Sequence[int]) -> Any:
        changed = [self._apply_rules(rows[:1])]
        for row, token in enumerate(proposal, 1):
            self.take(mx.array([token]))
            changed.append(self._apply_rules(rows[row : row + 1]))
        self.go_back(len(proposal))
        return mx.concatenate(changed)


def make_chooser(
    checkpoint: Checkpoint,
    options: GenerationOptions,
    limit: int,
    closing_tag: str = "",
    repeated: str = "",
) -> Chooser:
    """Returns what chooses the tokens of an answer with these options.

    Args:
        checkpoint: the model.
        options: what is asked for.
        limit: most tokens of the answer.
        closing_tag: of thoughts that the prompt has opened already; empty for none.
        repeated: words that it has to begin with; empty for none.

    Raises:
        TurnError: the JSON schema can't be used.
    """
    temperature, top_p, top_k = resolve_sampling_defaults(
        checkpoint.model.config,
        temperature=options.temperature,
        top_p=options.top_p,
        top_k=options.top_k,
    )
    chosen = _defaulted(checkpoint, options)
    tokenizer = checkpoint.processor.tokenizer
    rules: list[LogitsRule] = [Repeating(tokenizer, repeated)] if repeated else []
    if chosen["repetition_penalty"] != 1 or chosen["presence_penalty"] != 0:
        rules.append(Penalties(chosen["repetition_penalty"], chosen["presence_penalty"]))
    rules += _make_bounds(tokenizer, options, limit, closing_tag)
    if temperature == 0:
        return Chooser(Greedy(), rules)
    filters = make_filters(top_p, chosen["min_p"], top_k)
    return Chooser(Chance(temperature, filters, options.seed), rules)


def _defaulted(checkpoint: Checkpoint, options: GenerationOptions) -> dict[str, Any]:
    """Returns what is asked for, else the checkpoint's default, of each name in `_DEFAULTS`."""
    return {
        name: checkpoint.generation_defaults.get(name, default)
        if getattr(options, name) is None
        else getattr(options, name)
        for name, default in _DEFAULTS.items()
    }


def _make_bounds(
    tokenizer: Any, options: GenerationOptions, limit: int, closing_tag: str
) -> list[LogitsRule]:
    """Returns the rules that hold the answer to a schema, and its thoughts to a budget."""
    rules: list[LogitsRule] = []
    budget = options.thinking_budget
    if options.schema:
        rules.append(SchemaRule(tokenizer, options.schema, limit, closing_tag))
        # Half of the answer is the document's.
        budget = min(limit // 2, limit if budget is None else budget)
    if budget is not None:
        rules.append(ThoughtsBudget(tokenizer, closing_tag, budget))
    return rules

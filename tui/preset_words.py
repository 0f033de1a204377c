"""Words for presets: what they say of answers, and what it costs to change to one."""

from msgspec.structs import asdict

from ..core.generation_options import GenerationOptions


def option_words(options: GenerationOptions) -> str:
    """Returns what the options say, but for the system prompt, in one line; empty if nothing."""
    words = {
        "temperature": "temperature {:g}",
        "top_p": "top p {:g}",
        "top_k": "top k {}",
        "min_p": "min p {:g}",
        "repetition_penalty": "repetition penalty {:g}",
        "presence_penalty": "presence penalty {:g}",
        "seed": "seed {}",
        "max_tokens": "at most {:,} tokens",
        "pixel_budget": "pictures up to {:,} tokens",
        "thinking_budget": "thoughts up to {:,} tokens",
    }
    values = asdict(options)
    parts = [form.format(values[name]) for name, form in words.items() if values[name] is not None]
    if options.thinking is not None:
        parts.append("thinks first" if options.thinking else "does not think first")
    return " · ".join(parts)


def change_words(
    before: GenerationOptions, after: GenerationOptions, tokens: int, tps: float
) -> str:
    """Returns what it costs that later turns are answered otherwise; empty where nothing.

    Only another system prompt costs something: it stands before everything else.

    Args:
        before: what counted for the turns so far.
        after: what is to count.
        tokens: of the conversation so far; 0 for none.
        tps: prompt tokens a second that the model reads; 0 if that is not known.
    """
    if not tokens or (before.system or "") == (after.system or ""):
        return ""
    seconds = f", about {max(1, round(tokens / tps))} s" if tps else ""
    return f"With it the next question reads {tokens:,} tokens again{seconds}."

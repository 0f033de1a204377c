"""The figures that are measured, their bars, and the table that shows them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    key: str
    """What the measurement calls it."""
    label: str
    unit: str = ""
    bar: float | None = None
    """What it has to reach; None where it is only told."""
    side: Literal["at most", "at least"] = "at most"
    digits: int = 2

    def meets(self, value: float) -> bool:
        """Whether the value reaches the bar."""
        if self.bar is None:
            return True
        return value <= self.bar if self.side == "at most" else value >= self.bar


_PICTURES = (
    ("thumbnail", "thumbnail of a question in the log", {}, 60),
    ("preview", "preview pane", {}, 150),
    ("scroll", "one line scrolled, 40x12 picture in view", {"kitty": 3, "konsole": 3}, 20),
    ("scroll_after", "the same, once that rests", {"kitty": 0, "konsole": 0}, None),
    ("focus", "pixels when the focus goes and comes", {"kitty": 0, "konsole": 0}, None),
    ("modal", "pixels when a dialog closes", {"kitty": 0, "konsole": 0}, None),
    ("theme", "pixels when the theme changes", {"kitty": 0, "konsole": 0}, None),
    ("resize", "pixels when the size changes", {"kitty": 0, "konsole": 0}, None),
    ("stream", "60 tokens streamed, picture in view", {}, 40),
    ("idle", "3 s at rest", {}, 0),
)
_TERMINALS = {
    "kitty": "kitty",
    "konsole": "konsole (kitty without placeholders)",
    "iterm2": "iTerm2",
    "xterm": "xterm (sixel)",
    "plain": "half blocks",
}


def _picture_figures() -> Iterator[Figure]:
    """Yields what pictures cost on the line; bars by terminal, or else for all."""
    for key, label, bars, bar in _PICTURES:
        for name, shown in _TERMINALS.items():
            yield Figure(f"{name}_{key}_kb", f"{label}: {shown}", "KB", bars.get(name, bar))
    for key, label in (("late", "replies 3 s late"), ("wrong", "wrong replies"), ("no", "none")):
        yield Figure(f"{key}_reply_delay_s", f"start delayed by {label}", "s", 1.5)
        yield Figure(f"{key}_reply_typed", "  of them typed into the prompt", "", 0, digits=0)


FIGURES = (
    Figure("empty_app_s", "first key echoed, empty Textual app", "s"),
    Figure("cold_s", "first key echoed, no core running", "s"),
    Figure("cold_ratio", "  against the empty app", "x", 1.5),
    Figure("warm_s", "first key echoed, model loaded", "s"),
    Figure("warm_ratio", "  against the empty app", "x", 1.5),
    Figure("far_s", "first key echoed, terminal answers after 0.1 s", "s"),
    Figure("key_p50_ms", "key to screen while 60 tokens/s stream, median", "ms", digits=1),
    Figure("key_p95_ms", "  95th percentile", "ms", 50, digits=1),
    Figure("cpu_s_per_1000", "CPU of the interface per 1,000 streamed tokens", "s", 3),
    Figure("cpu_first_s_per_1000", "  in the first 500 of 4,000", "s"),
    Figure("cpu_last_s_per_1000", "  in the same 500 again at the end", "s"),
    Figure("cpu_growth", "  last against first", "x", 1.2),
    Figure("core_cpu_s_per_1000", "CPU of the core meanwhile", "s"),
    Figure("bytes_per_token", "bytes to the terminal per token, keys included", "B", digits=0),
    Figure("end_lag_s", "end drawn after the last token", "s", 0.1, digits=3),
    Figure("peak_mb", "peak memory of the interface, 4,000 tokens", "MB", digits=1),
    Figure("open_s", "open a conversation of 2,000 messages", "s", 0.5),
    Figure("open_peak_mb", "  peak memory of the interface", "MB", 70, digits=1),
    Figure("idle_bytes_per_s", "bytes to the terminal at rest", "B/s", 0, digits=0),
    Figure("idle_cpu_percent", "CPU of the interface at rest", "%", digits=1),
    Figure("idle_mb", "memory of the interface at rest", "MB", digits=1),
    *(
        Figure(f"slow_line_{terminal}_{profile}_{key}", label, unit, digits=0)
        for terminal, shown in (("kitty", "kitty"), ("plain", "half blocks"))
        for profile, drawn in (("fast", "all drawn"), ("slow", "slow line"))
        for key, label, unit in (
            ("bytes_per_s", f"60 tokens/s below a picture, {shown}, {drawn}", "B/s"),
            ("kb", "  all bytes until the answer is stopped", "KB"),
        )
    ),
    Figure("turn_tps", "tokens/s of a turn through core and socket", digits=0),
    Figure("plain_tps", "  of `mlx_vlm.stream_generate`, same model and run", digits=0),
    Figure("plain_ratio", "  ours against it", "x", 0.95, "at least"),
    Figure("unfused_tps", "  of it without what a C++ compiler builds, as in the core", digits=0),
    Figure("unfused_ratio", "  ours against that", "x"),
    Figure("follow_up_new", "text follow-up: new tokens of the prompt", digits=0),
    Figure("follow_up_prefilled", "  tokens prefilled", digits=0),
    Figure("follow_up_excess", "  of these not new", "", 0, digits=0),
    Figure("follow_up_encoded", "  pictures encoded again", "", 0, digits=0),
    Figure("end_empty_ms", "last token to the end of the answer, nothing to evict", "ms"),
    Figure("end_full_ms", "  with 300 MB to evict", "ms"),
    Figure("end_ratio", "  against nothing", "x", 1.5),
    Figure("next_empty_ms", "first token of a question 0.1 s later, nothing to evict", "ms"),
    Figure("next_full_ms", "  with 300 MB to evict, which it interrupts", "ms"),
    Figure("next_ratio", "  against nothing", "x"),
    Figure("box_iou", "boxes of the demo model, mean IoU", "", 0.8, "at least"),
    Figure("box_found_percent", "  boxes with an IoU of 0.5 and more", "%", digits=0),
    Figure("box_constant_iou", "  the best constant box of each quarter, mean IoU"),
    Figure("crop_found_percent", "small shapes named, asked of a crop", "%", 95, "at least", 0),
    Figure("crop_whole_percent", "  asked of the whole picture", "%", digits=0),
    Figure("code_cpu_s_per_1000", "log alone, one endless code block: CPU per 1,000 tokens", "s"),
    Figure("code_peak_mb", "  its peak memory", "MB", 70, digits=1),
    Figure("table_cpu_s_per_1000", "log alone, one endless table: CPU per 1,000 tokens", "s"),
    Figure("table_peak_mb", "  its peak memory", "MB", 70, digits=1),
    *_picture_figures(),
)


def percentile(values: Sequence[float], percent: float) -> float:
    """Returns the smallest value that so many percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def medians(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Returns the median of each figure over the runs that have it."""
    keys = {key: None for run in runs for key in run}
    return {key: median(run[key] for run in runs if key in run) for key in keys}


def format_table(values: Mapping[str, float]) -> str:
    """Returns the figures as a table in Markdown."""
    lines = ["| what | measured | bar | |", "|---|--:|--:|---|"]
    for figure in FIGURES:
        if figure.key not in values:
            continue
        value = values[figure.key]
        sign = {"at most": "<=", "at least": ">="}[figure.side]
        bar = "" if figure.bar is None else f"{sign} {figure.bar:g} {figure.unit}".strip()
        verdict = "" if figure.bar is None else ("met" if figure.meets(value) else "missed")
        label = figure.label.replace("  ", "&nbsp; ", 1)
        shown = f"{value:,.{figure.digits}f} {figure.unit}".strip()
        lines.append(f"| {label} | {shown} | {bar} | {verdict} |")
    return "\n".join(lines)

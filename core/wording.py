"""Words of sentences for users: what somebody else wrote, and times to wait."""


def one_line(text: str) -> str:
    """Returns what somebody else wrote as one line that does nothing to a terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in text[:10_000]).split())


def describe_wait(seconds: float) -> str:
    """Returns a time to wait as people say it."""
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{round(minutes / 60)} h"

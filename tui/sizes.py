"""Sizes in words."""


def in_bytes(size_bytes: int) -> str:
    """Returns a size in three digits at most, in the units that file lists use."""
    size = float(size_bytes)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 999.5:
            return f"{size:.1f} {unit}" if size < 9.95 and unit != "B" else f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.0f} TB"

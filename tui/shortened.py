"""Text shortened in its middle, where names and titles are alike."""

from rich.cells import cell_len, set_cell_size


def shorten_middle(text: str, columns: int) -> str:
    """Returns the text, of at most `columns` cells: what is too long loses its middle."""
    if cell_len(text) <= columns:
        return text
    if columns < 2:
        return "…"[:columns]
    tail = text[-max(columns // 3, 1) :]
    while cell_len(tail) > columns - 2:
        tail = tail[1:]
    head = set_cell_size(text, columns - cell_len(tail) - 1)
    return f"{head}…{tail}"


def fit_middle(text: str, columns: int) -> str:
    """Returns the text padded to the width, or shortened in its middle."""
    return set_cell_size(shorten_middle(text, columns), columns)

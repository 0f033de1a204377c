"""Which LoRA adapters were trained here."""

from ..settings import Paths


def list_adapters(paths: Paths) -> tuple[str, ...]:
    """Returns their names, in alphabetical order; `Paths.adapter` makes folders of them."""
    if not paths.adapters_dir.is_dir():
        return ()
    found = (it.name for it in paths.adapters_dir.iterdir() if not it.name.startswith("."))
    return tuple(sorted(found))

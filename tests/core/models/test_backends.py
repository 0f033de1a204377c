"""One sentence where MLX can't compute: which extra to install, or what is broken."""

import pytest

from seeshell.core.models import backends
from seeshell.core.models.backends import explain_no_mlx

BROKEN = ImportError("libmlx.so: cannot open shared object file")


@pytest.mark.parametrize(
    ("platform", "installed", "words"),
    [
        ("linux", set(), ("seeshell[cpu]", "seeshell[cuda12]", "seeshell[cuda13]")),
        ("linux", {"cpu"}, ("libmlx.so", "install seeshell again")),
        ("linux", {"cuda13"}, ("libmlx.so",)),
        ("darwin", set(), ("libmlx.so",)),
    ],
)
def test_the_sentence_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, platform: str, installed: set[str], words: tuple[str, ...]
) -> None:
    monkeypatch.setattr(backends, "_is_installed", installed.__contains__)
    sentence = str(explain_no_mlx(BROKEN, platform))
    assert all(word in sentence for word in words)
    assert "http://host:8080/v1" in sentence

"""What the core found out about a model is remembered, and counts before what is computed."""

from pathlib import Path

import pytest

from seeshell.core.models import known_reuse
from seeshell.core.models.known_reuse import KnownReuse, find_known, read_known, write_known


def test_what_was_found_out_is_read_again(tmp_path: Path) -> None:
    assert find_known(tmp_path, "1") is None
    write_known(tmp_path, "1", KnownReuse("text", "its pictures see each other", kv_token_bytes=7))
    write_known(tmp_path, "2", KnownReuse("full"))
    found = find_known(tmp_path, "1")
    assert found is not None
    assert (found.reuse, found.kv_token_bytes) == ("text", 7)
    write_known(tmp_path, "1", KnownReuse("cold"))
    assert [it.reuse for it in read_known(tmp_path).values()] == ["full", "cold"]
    assert (tmp_path / "known-models.json").stat().st_mode & 0o77 == 0


def test_another_mlx_vlm_may_reuse_differently(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_known(tmp_path, "1", KnownReuse("full"))
    monkeypatch.setattr(known_reuse, "version", lambda _: "another")
    assert find_known(tmp_path, "1") is None


@pytest.mark.parametrize("content", [b"", b"[]", b'{"1": {"reuse": "perhaps"}}', b"\xff"])
def test_a_file_that_is_broken_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "known-models.json").write_bytes(content)
    assert read_known(tmp_path) == {}
    write_known(tmp_path, "1", KnownReuse("full"))
    assert find_known(tmp_path, "1") is not None


def test_the_oldest_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_reuse, "_MOST", 2)
    for revision in ("1", "2", "1", "3"):
        write_known(tmp_path, revision, KnownReuse("full"))
    assert list(read_known(tmp_path)) == ["1", "3"]

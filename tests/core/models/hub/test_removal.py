"""Models are taken out of the cache whole, and nothing beside them is touched."""

from typing import Any

import pytest

from seeshell.core.errors import ModelNotFound
from seeshell.core.models.hub.cache import find_cached, list_cached
from seeshell.core.models.hub.removal import remove_cached

NAME = "Some-Org/Qwen3-VL-Tiny-MLX"


def test_a_downloaded_model_goes_and_another_stays(find: Any, hub: Any, model: Any) -> None:
    hub.repositories["Other/Kept"] = model
    for name in (NAME, "Other/Kept"):
        assert find(name).files
    freed = remove_cached(NAME)
    assert freed > len(model.files["model.safetensors"])
    assert [it.repository for it in list_cached()] == ["Other/Kept"]
    assert find("Other/Kept").files
    assert not [it for it in find.cache.iterdir() if "Tiny" in it.name]


def test_a_download_that_never_got_far_goes_too(find: Any) -> None:
    blobs = find.cache / "models--Some-Org--Qwen3-VL-Tiny-MLX" / "blobs"
    blobs.mkdir(parents=True)
    (blobs / "1234.incomplete").write_bytes(b"x" * 1000)
    assert remove_cached(NAME) == 1000
    assert list(find.cache.iterdir()) == []


def test_what_is_not_there_can_not_be_removed(find: Any) -> None:
    with pytest.raises(ModelNotFound, match=f"^{NAME} is not in the Hugging Face cache"):
        remove_cached(NAME)
    assert find_cached(NAME) is None

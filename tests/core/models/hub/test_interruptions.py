"""Downloads that the disk or the line ends in the middle."""

import errno
import os
import shutil
from typing import Any

import pytest

from seeshell.core.errors import ModelError
from seeshell.core.models.hub import fetching

from .fake_hub import COMMIT
from .sentences import assert_one_sentence

NAME = "Some-Org/Qwen3-VL-Tiny-MLX"
WEIGHTS = f"GET /{NAME}/resolve/{COMMIT}/model.safetensors"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "is full; make room"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "can only be read"),
        (errno.EACCES, "permissions"),
        (errno.EPERM, "permissions"),
        (errno.ENOENT, "connect its disk"),
        (errno.EIO, "check its disk"),
    ],
)
def test_a_disk_that_fails_in_mid_download(
    find: Any, hub: Any, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fetching, "hf_hub_download", fail)
    assert_one_sentence(find(NAME), f"The Hugging Face cache {find.cache}", words)


def test_a_cache_that_is_a_file(find: Any, hub: Any) -> None:
    find.cache.write_text("")
    assert_one_sentence(find(NAME), f"The Hugging Face cache {find.cache}", "HF_HUB_CACHE")


def test_a_disk_that_is_too_small(find: Any, hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(find.home)._replace(free=3000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert_one_sentence(find(NAME), "more below", "3.0 kB are free", "HF_HOME")
    assert hub.fetched == ["config.json"]


def test_a_cache_where_main_can_not_be_written_is_used_all_the_same(find: Any, hub: Any) -> None:
    folder = find.cache / f"models--{NAME.replace('/', '--')}"
    folder.mkdir(parents=True)
    (folder / "refs").write_text("no folder")
    assert find(NAME).sentence == ""


def test_a_file_of_another_size_than_the_hub_states(
    find: Any, hub: Any, reply: Any, model: Any
) -> None:
    size = {"ETag": '"1"', "X-Repo-Commit": "1" * 40, "X-Linked-Size": "1000000"}
    hub.replies["model.safetensors"] = [reply(200, b"short", size)]
    assert_one_sentence(find(NAME), "another size", "try again")
    assert not list(find.cache.rglob("model.safetensors"))


def test_a_connection_that_is_reset_in_mid_file_is_tried_again(
    find: Any, hub: Any, reply: Any, model: Any
) -> None:
    weights = model.files["model.safetensors"]
    broken = reply(200, weights, broken_at=len(weights) // 2)
    hub.replies[WEIGHTS] = [broken, broken, None]
    assert find(NAME).sentence == ""
    assert hub.fetched.count("model.safetensors") == 3


def test_a_connection_that_is_reset_again_and_again_leaves_what_is_complete(
    find: Any, hub: Any, reply: Any, model: Any
) -> None:
    weights = model.files["model.safetensors"]
    hub.replies[WEIGHTS] = [reply(200, weights, broken_at=len(weights) // 2)]
    assert_one_sentence(find(NAME), "connection", "broke", "try again")
    hub.replies.clear()
    del hub.requests[:]
    assert find(NAME).sentence == ""
    assert hub.fetched == ["model.safetensors"]


def test_what_is_stopped_ends_with_the_next_bytes() -> None:
    shown: list[float] = []
    counter = fetching.Counter("stage", 200, lambda it: shown.append(it.fraction))
    for count in (1, 1, 99, -50, 50, 500):
        counter.add(count)
    assert shown == [0.01, 0.5, 1.0]
    counter.stop()
    with pytest.raises(ModelError):
        counter.add(1)

"""The folder of spills by itself: no tensors, only files."""

import os
import stat
from pathlib import Path

import msgspec
import pytest

from seeshell.core.engine.kv.prefix import ImageSpan, TokenRun
from seeshell.core.engine.kv.spill_block import (
    FORMAT,
    Block,
    SpillIdentity,
    StoredTensor,
    cut_blocks,
)
from seeshell.core.engine.kv.spill_folder import SpillFolder

IDENTITY = SpillIdentity("model", "1", "template", "library 1", 2, 1280, 0)
BLOCK_TOKENS = 10
BLOCK_BYTES = 10_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spills"


def open_folder(path: Path, blocks: float = 100) -> SpillFolder:
    return SpillFolder(path, int(blocks * BLOCK_BYTES * 1.2))


def run(*starts: int, spans: tuple[ImageSpan, ...] = (), count: int = 10) -> TokenRun:
    return TokenRun([n for start in starts for n in range(start, start + count)], spans)


def write_tensors(file: Path) -> dict[str, StoredTensor]:
    file.write_bytes(bytes(BLOCK_BYTES))
    return {"0.0": StoredTensor("F32", (1, 10, 250), 0, BLOCK_BYTES, 1234)}


def spill(
    folder: SpillFolder, tokens: TokenRun, owner: int = 1, identity: SpillIdentity = IDENTITY
) -> list[Block]:
    """Writes what the folder lacks of a run and returns that."""
    return [
        block
        for block in cut_blocks(identity, tokens, BLOCK_TOKENS)
        if not folder.claim(block, owner)
        and folder.make_room(block, BLOCK_BYTES)
        and folder.store(block, owner, write_tensors, ("",) * len(block.spans))
    ]


def found(folder: SpillFolder, wanted: TokenRun, identity: SpillIdentity = IDENTITY) -> int:
    return folder.find(identity, TokenRun([*wanted.tokens, 9999], wanted.spans)).length


def files(path: Path) -> list[str]:
    return sorted(file.name for file in path.iterdir())


def test_a_spill_is_found_by_whoever_opens_the_folder_next(path: Path) -> None:
    spill(open_folder(path), run(0, 100, 200))

    folder = open_folder(path)

    assert found(folder, run(0, 100, 200)) == 30
    assert found(folder, run(0, 100, 300)) == 20
    assert found(folder, TokenRun(run(0, 100).tokens[:13])) == 13
    assert found(folder, run(300)) == 0


def test_the_last_token_of_a_prompt_is_always_left_to_compute(path: Path) -> None:
    folder = open_folder(path)
    spill(folder, run(0, 100))

    assert folder.find(IDENTITY, run(0, 100)).length == 19
    assert folder.find(IDENTITY, TokenRun([0])).length == 0


def test_another_picture_of_the_same_size_is_another_run(path: Path) -> None:
    folder = open_folder(path)
    held = run(0, 100, 200, spans=(ImageSpan(7, 2, 3, "red"), ImageSpan(21, 1, 2, "blue")))
    spill(folder, held)

    assert found(folder, held) == 30
    swapped = (ImageSpan(7, 2, 3, "green"), held.spans[1])
    assert found(folder, TokenRun(held.tokens, swapped)) == 7
    assert found(folder, TokenRun(held.tokens, (held.spans[0],))) == 21


def test_the_pictures_of_a_model_are_known_with_their_files(path: Path) -> None:
    spans = ImageSpan(3, 1, 2, "red"), ImageSpan(6, 1, 2, "of an unknown file")
    (block,) = cut_blocks(IDENTITY, run(0, spans=spans), BLOCK_TOKENS)
    open_folder(path).store(block, 1, write_tensors, ("red.png", ""))

    folder = open_folder(path)

    assert list(folder.pictures(IDENTITY)) == [("red.png", spans[0])]
    other = msgspec.structs.replace(IDENTITY, pixel_budget=640)
    assert not list(folder.pictures(other))


def test_runs_that_begin_alike_share_their_first_blocks(path: Path) -> None:
    folder = open_folder(path)
    assert len(spill(folder, run(0, 100, 200))) == 3

    assert len(spill(folder, run(0, 100, 300), owner=2)) == 1

    assert found(folder, run(0, 100, 200)) == found(folder, run(0, 100, 300)) == 30


def test_a_conversation_that_goes_on_replaces_its_unfinished_last_block(path: Path) -> None:
    folder = open_folder(path)
    tokens = run(0, 100, 200).tokens
    spill(folder, TokenRun(tokens[:14]))

    assert [block.start for block in spill(folder, TokenRun(tokens[:25]))] == [10, 20]

    assert len(files(path)) == 2 * 3
    assert spill(folder, TokenRun(tokens[:18])) == []
    assert found(folder, TokenRun(tokens)) == 25


def test_forgetting_keeps_what_another_conversation_holds_whole(path: Path) -> None:
    folder = open_folder(path)
    spill(folder, run(0, 100, 200), owner=1)
    spill(folder, run(0, 100, 300), owner=2)
    spill(folder, run(500), owner=3)

    open_folder(path).remove_conversation(1)

    folder = open_folder(path)
    assert found(folder, run(0, 100, 200)) == 20
    assert found(folder, run(0, 100, 300)) == 30
    folder.remove_conversation(2)
    folder.remove_conversation(3)
    assert files(path) == []
    assert folder.nbytes == 0


def test_a_block_that_is_left_by_one_and_used_by_another_goes_with_the_last(path: Path) -> None:
    folder = open_folder(path)
    spill(folder, run(0, 100), owner=1)
    assert spill(folder, run(0, 100), owner=2) == []

    folder.remove_conversation(1)
    assert found(folder, run(0, 100)) == 20

    folder.remove_conversation(2)
    assert files(path) == []


def test_the_least_recently_used_spill_makes_room_from_its_end(path: Path) -> None:
    folder = open_folder(path, blocks=5)
    spill(folder, run(0, 100))
    spill(folder, run(500, 600))
    folder.use(folder.find(IDENTITY, run(0, 100)).blocks)

    spill(folder, run(700, 800))

    assert found(folder, run(0, 100)) == 20
    assert found(folder, run(500, 600)) == 10
    assert found(folder, run(700, 800)) == 20
    assert folder.nbytes == sum(file.stat().st_size for file in path.iterdir())


def test_what_was_used_last_is_known_after_opening(path: Path) -> None:
    folder = open_folder(path)
    for start in (0, 100, 200):
        spill(folder, run(start))
    for block in folder.find(IDENTITY, run(0)).blocks:
        os.utime(folder.path(block).with_suffix(".json"), (2e9, 2e9))

    folder = open_folder(path, blocks=1)

    assert found(folder, run(0)) == 10
    assert len(files(path)) == 2


def test_a_run_that_is_larger_than_the_budget_keeps_its_start(path: Path) -> None:
    folder = open_folder(path, blocks=2)

    spill(folder, run(0, 100, 200))

    assert found(folder, run(0, 100, 200)) == 20


def test_no_budget_keeps_nothing(path: Path) -> None:
    spill(open_folder(path), run(0))

    folder = open_folder(path, blocks=0)

    assert files(path) == []
    assert spill(folder, run(0)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"source": "other"},
        {"revision": "2"},
        {"template": "other"},
        {"library": "library 2"},
        {"number_bytes": 4},
        {"pixel_budget": 300},
        {"kv_bits": 8},
        {"version": FORMAT + 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_spill_serves_no_model_but_its_own(path: Path, change: dict[str, object]) -> None:
    folder = open_folder(path)
    spill(folder, run(0))
    other = msgspec.structs.replace(IDENTITY, **change)

    assert found(folder, run(0), other) == 0
    folder.drop_outdated(other)

    may_come_back = bool({"source", "pixel_budget", "kv_bits"} & set(change))
    assert bool(files(path)) == may_come_back
    assert bool(found(folder, run(0))) == may_come_back


def truncate_tensors(folder: SpillFolder, block: Block) -> None:
    os.truncate(folder.path(block), BLOCK_BYTES - 1)


def delete_tensors(folder: SpillFolder, block: Block) -> None:
    folder.path(block).unlink()


def damage_tokens(folder: SpillFolder, block: Block) -> None:
    manifest = folder.path(block).with_suffix(".json")
    manifest.write_text(manifest.read_text().replace("[100,101,", "[100,102,"))


def damage_checksum(folder: SpillFolder, block: Block) -> None:
    manifest = folder.path(block).with_suffix(".json")
    manifest.write_text(manifest.read_text().replace(":1234", ":1235"))


def damage_files(folder: SpillFolder, block: Block) -> None:
    manifest = folder.path(block).with_suffix(".json")
    manifest.write_text(manifest.read_text().replace('files":[', 'files":["another"'))


def truncate_manifest(folder: SpillFolder, block: Block) -> None:
    manifest = folder.path(block).with_suffix(".json")
    os.truncate(manifest, manifest.stat().st_size // 2)


def delete_manifest(folder: SpillFolder, block: Block) -> None:
    folder.path(block).with_suffix(".json").unlink()


def take_manifest_of_another_block(folder: SpillFolder, block: Block) -> None:
    folder.path(block).with_suffix(".json").write_bytes(
        next(
            file for file in folder.path(block).parent.glob("*.json") if file.stem != block.name
        ).read_bytes()
    )


DAMAGES = [
    truncate_tensors,
    delete_tensors,
    damage_tokens,
    damage_checksum,
    damage_files,
    truncate_manifest,
    delete_manifest,
    take_manifest_of_another_block,
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_block_and_all_after_it_are_never_used(
    path: Path, damage: object, caplog: pytest.LogCaptureFixture
) -> None:
    assert callable(damage)
    folder = open_folder(path)
    blocks = spill(folder, run(0, 100, 200))
    damage(folder, blocks[1])

    folder = open_folder(path)

    assert folder.find(IDENTITY, run(0, 100, 200)).blocks == blocks[:1]
    assert len(files(path)) == 2
    if damage is not delete_manifest:
        assert "spilled block" in caplog.text


def test_a_block_that_turned_out_to_be_damaged_goes_with_all_after_it(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = open_folder(path)
    blocks = spill(folder, run(0, 100, 200))

    folder.drop_damaged(blocks[1])

    assert found(folder, run(0, 100, 200)) == 10
    assert len(files(path)) == 2
    assert "damaged" in caplog.text


def test_what_a_cut_off_write_left_is_deleted(path: Path) -> None:
    spill(open_folder(path), run(0))
    kept = files(path)
    (path / "unfinished-1.safetensors").write_bytes(b"1")
    (path / "unfinished-1.json").write_bytes(b"{")

    open_folder(path)

    assert files(path) == kept


def test_only_the_user_can_read_what_is_spilled(path: Path) -> None:
    spill(open_folder(path), run(0))

    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.iterdir()} == {0o600}


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("[write]")])
def test_a_full_disk_is_logged_and_leaves_nothing(
    path: Path, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    folder = open_folder(path)
    (block,) = cut_blocks(IDENTITY, run(0), BLOCK_TOKENS)

    def save(file: Path) -> dict[str, StoredTensor]:
        file.write_bytes(b"half")
        raise error

    assert not folder.store(block, 1, save, ())

    assert files(path) == []
    assert str(error) in caplog.text
    assert len(spill(folder, run(0))) == 1


def test_a_folder_that_can_not_be_made_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_bytes(b"")

    folder = open_folder(tmp_path / "file" / "spills")

    assert spill(folder, run(0)) == []
    assert found(folder, run(0)) == 0
    folder.remove_conversation(1)
    assert "failed" in caplog.text


@pytest.mark.parametrize("is_open", [False, True])
def test_a_link_in_place_of_the_folder_is_not_followed(path: Path, *, is_open: bool) -> None:
    elsewhere = path.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ("a" * 64 + ".json")).write_text("kept")
    if is_open:
        folder = open_folder(path)
        path.rmdir()
    path.symlink_to(elsewhere)
    if not is_open:
        folder = open_folder(path)

    assert spill(folder, run(0, 100)) == []

    assert files(elsewhere) == ["a" * 64 + ".json"]
    assert found(folder, run(0, 100)) == 0


def test_a_folder_that_was_removed_is_made_again(path: Path) -> None:
    folder = open_folder(path)
    path.rmdir()
    spill(folder, run(0, 100))
    assert found(open_folder(path), run(0, 100)) == 20

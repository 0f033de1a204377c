"""What is wrong with a model's folder is said in one sentence before anything is loaded."""

import json
import shutil
import struct
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from mlx_vlm.utils import get_model_type

from seeshell.core.demo import MODEL_PATH
from seeshell.core.engine.loading import load_checkpoint
from seeshell.core.errors import ModelError, ModelNotFound, ModelTooLarge, ModelUnsupported
from seeshell.core.models import config
from seeshell.core.models.backends import has_gpu
from seeshell.core.models.families import package_of, picture_families
from seeshell.core.models.memory import format_bytes, usable_memory
from seeshell.core.models.preflight import check_checkpoint, identify_folder
from seeshell.core.models.sources import ModelFiles

SHOWN_FAMILIES = (
    *("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe", "qwen3_5", "llava", "llava_next"),
    *("phi3_v", "gemma3", "gemma4", "mistral3", "pixtral", "idefics3", "smolvlm"),
    *("internvl_chat", "lfm2_vl", "lfm2-vl", "paligemma"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the demonstration model, to be broken."""
    return Path(shutil.copytree(MODEL_PATH, tmp_path / "model"))


def change_config(folder: Path, **changes: Any) -> None:
    file = folder / "config.json"
    config = json.loads(file.read_bytes()) | changes
    file.write_text(json.dumps({name: value for name, value in config.items() if value is not ...}))


def write_weights(file: Path, tensors: dict[str, tuple[str, int]], size: int | None = None) -> None:
    """Writes a safetensors file of the given types and byte counts; sparse, so it may be huge."""
    header, end = {}, 0
    for name, (dtype, count) in tensors.items():
        offsets = [end, end := end + count]
        header[name] = {"dtype": dtype, "shape": [count], "data_offsets": offsets}
    encoded = json.dumps({"__metadata__": {"format": "mlx"}, **header}).encode()
    with file.open("wb") as stream:
        stream.write(struct.pack("<Q", len(encoded)) + encoded)
        stream.truncate(8 + len(encoded) + end if size is None else size)


def assert_refused(folder: Path, kind: type[ModelError], *words: str) -> None:
    with pytest.raises(kind) as caught:
        check_checkpoint(folder)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    for word in words:
        assert word in sentence


def test_the_demonstration_model_passes() -> None:
    weights = check_checkpoint(MODEL_PATH)
    assert weights.stored_bytes == (MODEL_PATH / "model.safetensors").stat().st_size
    assert 0 < weights.half_precision_bytes < weights.stored_bytes


def test_half_precision_needs_twice_its_size_where_there_is_no_gpu() -> None:
    weights = check_checkpoint(MODEL_PATH)
    widened = 0 if has_gpu() else weights.half_precision_bytes
    assert weights.needed_bytes == weights.stored_bytes + widened


def test_a_missing_folder(tmp_path: Path) -> None:
    assert_refused(tmp_path / "none", ModelNotFound, "no folder")


def test_a_folder_without_config(folder: Path) -> None:
    (folder / "config.json").unlink()
    assert_refused(folder, ModelUnsupported, "no config.json")


def test_a_broken_config(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type": ')
    assert_refused(folder, ModelUnsupported, "not valid JSON")
    (folder / "config.json").write_text("[1, 2]")
    assert_refused(folder, ModelUnsupported, "not a JSON object")


def test_a_text_only_model(folder: Path) -> None:
    change_config(folder, vision_config=...)
    assert_refused(folder, ModelUnsupported, "text-only")
    change_config(folder, vision_config=None)
    assert_refused(folder, ModelUnsupported, "text-only")


@pytest.mark.parametrize("model_type", ["nonsense_vl", "../qwen3_vl", "", None, 7, [], "base"])
def test_a_family_that_mlx_vlm_lacks_is_named_with_what_can_be_run(
    folder: Path, model_type: object
) -> None:
    change_config(folder, model_type=model_type)
    words = (f"of the family {model_type!r}, which mlx-vlm lacks", "a vision-language model")
    assert_refused(folder, ModelUnsupported, *words)


@pytest.mark.parametrize("model_type", ["sam3", "rfdetr", "qwen3", "colqwen2_5", "gemma3_text"])
def test_a_family_that_mlx_vlm_has_for_something_else(folder: Path, model_type: str) -> None:
    change_config(folder, model_type=model_type)
    assert_refused(folder, ModelUnsupported, f"{model_type!r}, which answers no questions about")


@pytest.mark.parametrize("family", [*SHOWN_FAMILIES, "QWEN3_VL", "internvl", "llava_qwen2"])
def test_families_that_take_pictures_pass(folder: Path, family: str) -> None:
    assert family.lower() in picture_families()
    change_config(folder, model_type=family)
    check_checkpoint(folder)


def test_families_are_named_as_mlx_vlm_names_them() -> None:
    for family in picture_families():
        assert package_of(family) == get_model_type({"model_type": family}), family
        assert find_spec(f"mlx_vlm.models.{package_of(family)}"), family
    assert len(picture_families()) > 80


def test_the_engine_refuses_by_the_same_list(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "takes_pictures", lambda _: False)
    files = ModelFiles(folder, str(folder), "tiny", "", "1", 1)
    with pytest.raises(ModelUnsupported, match=r"^tiny is of the family 'qwen3_vl'"):
        load_checkpoint(files)


@pytest.mark.parametrize(
    "method", ["awq", "gptq", "bitsandbytes", "hqq", "aqlm", "auto-round", "torchao", "eetq", 7]
)
def test_a_quantisation_of_other_programs(folder: Path, method: object) -> None:
    for changes in (
        {"quantization_config": {"quant_method": method}},
        {"text_config": {"quantization_config": {"quant_method": method}}},
    ):
        change_config(folder, quantization=..., **changes)
        assert_refused(folder, ModelUnsupported, f"quantised by {method}", "version for MLX")


@pytest.mark.parametrize(
    "quantisation",
    [
        {"quantization": {"bits": 4}, "quantization_config": {"quant_method": "awq"}},
        {"quantization_config": {"bits": 4, "group_size": 64}},
        {"quantization_config": {"quant_method": "fp8"}},
        {"quantization_config": None},
    ],
)
def test_a_quantisation_that_is_read(folder: Path, quantisation: dict[str, Any]) -> None:
    change_config(folder, **{"quantization": ..., **quantisation})
    check_checkpoint(folder)


def test_a_model_with_program_code_of_its_own(folder: Path) -> None:
    change_config(folder, model_file="model.py")
    assert_refused(folder, ModelUnsupported, "program code")


def test_a_model_without_the_weights_that_see(folder: Path) -> None:
    """As mlx-lm converts one, whose config.json still describes the vision tower."""
    write_weights(folder / "model.safetensors", {"language_model.embed.weight": ("U32", 64)})
    assert_refused(folder, ModelUnsupported, "holds no weights of a vision tower")


@pytest.mark.parametrize("key", ["img_processor", "mm_vision_tower"])
def test_families_that_describe_their_vision_tower_elsewhere(folder: Path, key: str) -> None:
    change_config(folder, model_type="fastvlm_of_old", vision_config=...)
    assert_refused(folder, ModelUnsupported, "mlx-vlm lacks")
    change_config(folder, model_type="llava_qwen2")
    assert_refused(folder, ModelUnsupported, "text-only")
    change_config(folder, **{key: {"name": "clip"}})
    check_checkpoint(folder)


def test_a_folder_without_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    assert_refused(folder, ModelUnsupported, "lacks *.safetensors")


def test_an_index_that_names_missing_shards(folder: Path) -> None:
    shards = {f"tensor{n}": f"model-{n}-of-3.safetensors" for n in (1, 2, 3)}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))
    (folder / "model.safetensors").rename(folder / "model-2-of-3.safetensors")
    assert_refused(folder, ModelUnsupported, "lacks model-1-of-3.safetensors and 1 more of")


@pytest.mark.parametrize("index", ['{"weight_map": 3}', '{"weight_map": {"a": 1}}', "{}", "x"])
def test_an_index_that_can_not_be_read(folder: Path, index: str) -> None:
    (folder / "model.safetensors.index.json").write_text(index)
    assert_refused(folder, ModelUnsupported, "model.safetensors.index.json", "again")


def test_shards_that_promise_more_than_there_are(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-00002-of-00003.safetensors")
    assert_refused(folder, ModelUnsupported, "lacks model-00001-of-00003.safetensors and 1 more")


def test_weights_that_were_cut_off(folder: Path) -> None:
    file = folder / "model.safetensors"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    left, size = (f"{length / 1e6:.1f} MB" for length in (len(whole) // 2, len(whole)))
    assert_refused(folder, ModelUnsupported, f"cut off at {left} of {size}")
    for length in (0, 5, 8, 100):
        file.write_bytes(whole[:length])
        assert_refused(folder, ModelUnsupported, "cut off")


@pytest.mark.parametrize(
    "content",
    [
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
        struct.pack("<Q", 20) + b'{"a": {"dtype": 3}} ',
        struct.pack("<Q", 8) + b"[1, 2]  ",
        struct.pack("<Q", 6) + b"\xff\xff\xff\xff\xff\xff",
    ],
)
def test_a_file_that_is_not_safetensors(folder: Path, content: bytes) -> None:
    (folder / "model.safetensors").write_bytes(content)
    assert_refused(folder, ModelUnsupported, "no safetensors file")


@pytest.mark.parametrize("dtype", ["F8_E8M0", "F8_E8M0 and more", "F64", "F8_E5M2", "", "x"])
def test_numbers_that_can_not_be_read_are_refused_and_the_file_stays_as_it_was(
    folder: Path, dtype: str
) -> None:
    """mlx-vlm would write another header into a file that MLX refuses for its F8_E8M0."""
    file = folder / "model.safetensors"
    write_weights(file, {"scales": (dtype, 64), "weight": ("F8_E8M0", 64)})
    before = file.read_bytes(), file.stat().st_mtime_ns

    assert_refused(folder, ModelUnsupported, "numbers of the type", "another version")

    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


def test_a_folder_without_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    assert_refused(folder, ModelUnsupported, "lacks tokenizer.json")


def test_weights_that_do_not_fit_the_memory_name_both_numbers(folder: Path) -> None:
    needed = usable_memory() + 10**9
    write_weights(folder / "model.safetensors", {"visual.embed": ("U32", needed)})
    assert_refused(folder, ModelTooLarge, format_bytes(usable_memory()), "fewer bits", "http://")


def test_widening_counts_towards_the_memory(folder: Path) -> None:
    most = usable_memory() * 6 // 10
    write_weights(folder / "model.safetensors", {"visual.embed": ("U32", most)})
    check_checkpoint(folder)
    write_weights(folder / "model.safetensors", {"visual.embed": ("BF16", most)})
    if has_gpu():
        check_checkpoint(folder)
    else:
        assert_refused(folder, ModelTooLarge, format_bytes(usable_memory()))


def test_an_output_matrix_that_is_the_embeddings_too_is_not_loaded_twice(folder: Path) -> None:
    tensors = {"visual.patch_embed": ("U32", 1000), "language_model.lm_head.weight": ("BF16", 9000)}
    write_weights(folder / "model.safetensors", tensors)
    for is_tied in (True, False):
        change_config(folder, tie_word_embeddings=is_tied, text_config={"hidden_size": 64})
        weights = check_checkpoint(folder)
        assert weights.loaded_bytes == weights.stored_bytes - 9000 * is_tied
        widened = 0 if has_gpu() else 9000 * (not is_tied)
        assert weights.needed_bytes == weights.loaded_bytes + widened


def test_the_identity_follows_names_sizes_and_times(folder: Path) -> None:
    first = identify_folder(folder)
    assert identify_folder(folder) == first
    (folder / "notes.json").write_text("{}")
    second = identify_folder(folder)
    (folder / "notes.json").unlink()
    assert identify_folder(folder) == first != second
    (folder / "config.json").touch()
    assert identify_folder(folder) != first


def test_sizes_read_as_people_write_them() -> None:
    assert [format_bytes(n) for n in (7, 1500, 2_713_656, 3_090_000_000)] == [
        "7 bytes",
        "1.5 kB",
        "2.7 MB",
        "3.1 GB",
    ]


def test_checking_a_model_imports_no_mlx() -> None:
    program = (
        "import sys; from seeshell.core.models.sources import find_model;"
        "find_model('demo', print);"
        "print([n for n in ('mlx', 'mlx_vlm', 'transformers', 'numpy') if n in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert answer.stdout == "[]\n"

"""Trains the tokenizer on the conversations of the world: `python -m training.vocabulary`."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

from training.dialogues import sample_dialogue
from training.prompts import segments_of

SPECIAL_TOKENS: Final = (
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>"),
    *("<|box_start|>", "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>"),
    *("<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>"),
)
OTHER_TOKENS: Final = (
    *("<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>"),
    *("<|fim_pad|>", "<|repo_name|>", "<|file_sep|>", "<tool_response>", "</tool_response>"),
    *("<think>", "</think>"),
)
VOCABULARY_SIZE: Final = 704
_QWEN_WORDS: Final = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_CORPUS_SEED: Final = 1234
_CORPUS_DIALOGUES: Final = 6_000


def _corpus() -> Iterator[str]:
    rng = random.Random(_CORPUS_SEED)
    for _ in range(_CORPUS_DIALOGUES):
        for text, _ in segments_of(sample_dialogue(rng, "train")):
            yield text


def train_tokenizer() -> Tokenizer:
    """A byte-level BPE that splits words as Qwen's does."""
    tokenizer = Tokenizer(models.BPE(continuing_subword_prefix="", end_of_word_suffix=""))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_QWEN_WORDS), "isolated", invert=False),
            pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE - len(SPECIAL_TOKENS) - len(OTHER_TOKENS),
        min_frequency=2,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=[],
        show_progress=False,
    )
    whole = tokenizer.pre_tokenizer
    # No merge may be spent on the marks of the template, which become tokens of their own below.
    marks = pre_tokenizers.Split(Regex(r"<\|\w+\|>"), "removed", invert=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([marks, whole])
    tokenizer.train_from_iterator(_corpus(), trainer)
    tokenizer.pre_tokenizer = whole
    tokenizer.add_special_tokens(
        [AddedToken(t, normalized=False, special=True) for t in SPECIAL_TOKENS]
    )
    tokenizer.add_tokens([AddedToken(t, normalized=False, special=False) for t in OTHER_TOKENS])
    return tokenizer


def main() -> None:
    """Writes the vocabulary that `training.checkpoint_files` gives every checkpoint."""
    train_tokenizer().save(str(Path(__file__).parent / "tokenizer.json"), pretty=False)


if __name__ == "__main__":
    main()

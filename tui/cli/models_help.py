"""What `--help` says below the options of `seeshell models` and its commands."""

from typing import Final

MODELS: Final = """\
Listed are the demonstration model, folders (those that were loaded, those below
model_folders of config.toml, and those that `models quantise` made), models in the
Hugging Face cache, and the endpoints of config.toml. Memory is what a model takes with
one conversation of so many tokens and one picture. Reuse is what the next question
takes over of what was computed for the one before: full, text (all but new pictures are
computed at once) or cold (nothing); it is found out when a model is loaded first.

--json prints one document: usable_bytes (what a model can have of this machine's
memory) and models, each with name (for --model), kind (demo, folder, hub or endpoint),
place (folder or address), disk_bytes, problem (why it can't be run, or empty), family,
parameters, quantisation, licence, context_length, weights_bytes, kv_token_bytes,
memory [tokens, bytes], picture_tokens, picture_bytes, reuse, reuse_reason, is_loaded,
context (of one conversation that fits), pixel_budget (that fits) and advice (the same
as a sentence). What is unknown is null, 0 or empty.

examples:
  seeshell models
  seeshell models show demo
  seeshell models pull lmstudio-community/Qwen3-VL-4B-Instruct-MLX-4bit
  seeshell models quantise Qwen/Qwen2.5-VL-3B-Instruct --bits 4"""

SHOW: Final = """\
Part of a name will do if it means one model only. --json prints one document with the
keys of one model of `seeshell models --json`."""

PULL: Final = """\
NAME is a Hugging Face repository, as owner/name. Size and licence are told before
anything is fetched. Ctrl+C stops; what came stays, and the same command goes on.

exit status: 0 once the model is complete, 1 for an error, 130 after Ctrl+C.

--json prints one document: name, place (its folder), revision, disk_bytes, licence and
notice (what else there is to know, or empty)."""

REMOVE: Final = """\
Removes a model from the Hugging Face cache, in all its versions, or one that
`models quantise` made. Other folders are yours and are never touched.

--json prints one document: name and freed_bytes."""

QUANTISE: Final = """\
NAME is a folder or a Hugging Face repository, which is downloaded if it is not here.
The vision tower stays as it is; mixed_4_6 gives the layers that matter most 6 bits. The
new model stands below the data folder unless --to names another place, and
`seeshell models` lists it.

--json prints one document: name (for --model), place, before_bytes and after_bytes (of
the weights), and quantisation."""

"""The models that a server lists: read from any form of list, and the one to chat with chosen."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeGuard

from msgspec import Struct

from ...errors import ModelNotFound
from .server_json import read_json, read_tokens

_LISTS: Final = ("data", "models", "result", "items", "model_list")
"""Fields in which servers keep their list."""

_NAMES: Final = ("id", "model", "name", "model_name", "key", "slug")
"""Fields in which an entry says how requests name it."""

_LONGEST_NAME: Final = 300
"""Characters; a longer one is none, and paths are shorter too."""

_CONTEXTS: Final = (
    ("loaded_context_length",),
    ("meta", "n_ctx"),
    ("n_ctx",),
    ("max_model_len",),
    ("max_seq_len",),
    ("top_provider", "context_length"),
    ("context_length",),
    ("context_window",),
    ("context_size",),
    ("max_context_length",),
    ("max_context_window_tokens",),
    ("max_context_tokens",),
    ("max_input_tokens",),
    ("inputTokenLimit",),
    ("capabilities", "limits", "max_context_window_tokens"),
    ("limits", "max_context_length"),
    ("details", "context_length"),
    ("model_info", "max_input_tokens"),
    ("meta", "n_ctx_train"),
    ("n_ctx_train",),
)
"""Where servers say how long the context is; what is in force stands before what could be."""

_ANSWERS: Final = (
    ("top_provider", "max_completion_tokens"),
    ("max_completion_tokens",),
    ("max_output_tokens",),
    ("outputTokenLimit",),
    ("capabilities", "limits", "max_output_tokens"),
    ("model_info", "max_output_tokens"),
)
"""Where servers say how long an answer may be."""

_KINDS: Final = ("type", "task", "pipeline_tag", "model_type", "mode", "kind", "sub_type")

_OTHER_KIND: Final = re.compile(
    r"embed|rerank|feature[-_ ]extraction|sentence[-_ ]similarity|text[-_ ]classification|scor"
    r"|image[-_ ](generation|edit)|text[-_ ]to[-_ ](image|video|speech|audio)|diffusion|^image$"
    r"|^audio|transcri|speech|\btts\b|\bstt\b|\basr\b|moderation|^video$|completions?_only",
    re.IGNORECASE,
)
"""Kinds of model that can't chat."""

_OTHER_NAME: Final = re.compile(
    r"embed|rerank|(?<![a-z])(bge|gte|e5|minilm|mpnet|colbert|colqwen|colpali|siglip|clip)(?![a-z])"
    r"|whisper|(?<![a-z])(tts|stt|asr)(?![a-z])|transcrib|kokoro|parakeet|bark(?![a-z])"
    r"|dall-?e|stable-?diffusion|(?<![a-z])(sdxl|flux|sd3|sora|veo|imagen|lyria)(?![a-z])"
    r"|gpt-image|(qwen|z|glm)-image|image-(edit|gen)|moderation|guard(?![a-z])|guardian|shieldgemma"
    r"|(?<![a-z])(davinci|babbage|ada)-002|gpt-(audio|realtime)|-realtime|-(draft|mmproj)(?![a-z])",
    re.IGNORECASE,
)
"""Names of models that can't chat, for servers that list names and nothing else."""

_CONTINUING: Final = ("vllm", "sglang", "llamacpp")
"""Owners of models in the lists of servers that go on with a last message of the assistant. The
first two are told to by `continue_final_message`, llama-server always does. Others mostly answer
anew, as mlx_vlm.server, and do not say so."""

_SEES: Final = re.compile(r"vlm|vision|image|multimodal|video", re.IGNORECASE)


class ServedModel(Struct, frozen=True):
    """A model that a server offers."""

    id: str
    """As requests name it."""
    context: int = 0
    """Tokens of the context; 0 where the server does not say."""
    longest_answer: int = 0
    """Most tokens of an answer; 0 where the server does not say."""
    is_loaded: bool = False
    can_chat: bool = True
    can_see: bool = False
    """Whether the list says that it takes pictures."""
    can_continue: bool = False
    """Whether its server is one that goes on with an answer that was cut off."""


def read_model_list(body: bytes) -> list[ServedModel]:
    """Returns the models of a list, each once, in the server's order.

    Raises:
        ValueError: the body is no list of models.
    """
    entries = _find_entries(read_json(body))
    if entries is None:
        raise ValueError("no list of models")
    models: dict[str, ServedModel] = {}
    for entry in entries:
        model = _read_entry(entry)
        if model is not None:
            models.setdefault(model.id, model)
    return list(models.values())


def choose_model(listed: Iterable[ServedModel], url: str) -> ServedModel:
    """Returns the model to chat with where none is named: loaded ones first, then those that see.

    Raises:
        ModelNotFound: there is none.
    """
    listed = list(listed)
    able = [model for model in listed if model.can_chat]
    if able:
        return min(able, key=lambda model: (not model.is_loaded, not model.can_see))
    if listed:
        raise ModelNotFound(
            f"{url} offers no model to chat with, but {name_some(listed)}; name one all the same "
            f"as in {url}#name-of-the-model."
        )
    raise ModelNotFound(f"{url} lists no models; name one as in {url}#name-of-the-model.")


def find_model(listed: Iterable[ServedModel], wanted: str) -> ServedModel | None:
    """Returns the entry that a name means; None if the list holds none.

    Servers take more names than they list: in any case, without `:latest`, without the path.
    """
    listed = list(listed)
    name = wanted.casefold()
    forms = (
        lambda it: it == wanted,
        lambda it: it.casefold() == name,
        lambda it: it.casefold() in (f"{name}:latest", f"models/{name}"),
        lambda it: it.casefold().rpartition("/")[2] == name,
    )
    for is_meant in forms:
        found = [model for model in listed if is_meant(model.id)]
        if len(found) == 1:
            return found[0]
    return None


def name_some(listed: Iterable[ServedModel]) -> str:
    """Returns the first few names, for a sentence."""
    names = [model.id for model in listed]
    more = len(names) - 5
    return ", ".join(names[:5]) + (f" and {more} more" if more > 0 else "")


def _find_entries(said: Any) -> list[Any] | None:
    """Returns the entries of a list of any form; None if it is none."""
    if isinstance(said, list):
        return said
    if not isinstance(said, dict):
        return None
    for name in _LISTS:
        if name in said:
            inner = said[name]
            return [] if inner is None else _find_entries(inner)
    if "error" in said or "detail" in said:
        return None
    if isinstance(said.get("id"), str):
        return [said]
    if said.get("object") == "list":
        return []
    if said and all(isinstance(entry, dict) for entry in said.values()):
        return [{"id": name} | entry for name, entry in said.items()]
    return None


def _read_entry(entry: Any) -> ServedModel | None:
    if isinstance(entry, str):
        entry = {"id": entry}
    if not isinstance(entry, dict):
        return None
    named = (entry.get(field) for field in _NAMES)
    name = next(filter(_is_name, named), None)
    if name is None:
        return None
    return ServedModel(
        name,
        _first_tokens(entry, _CONTEXTS),
        _first_tokens(entry, _ANSWERS),
        _is_loaded(entry),
        _can_chat(name, entry),
        any(map(_SEES.search, _abilities(entry, "input_modalities"))),
        entry.get("owned_by") in _CONTINUING,
    )


def _is_name(value: Any) -> TypeGuard[str]:
    """Whether it is text that can be shown in a sentence."""
    is_text = isinstance(value, str) and bool(value.strip())
    return is_text and value.isprintable() and len(value) <= _LONGEST_NAME


def _first_tokens(entry: Mapping[str, Any], places: Iterable[tuple[str, ...]]) -> int:
    return next(filter(None, (read_tokens(_dig(entry, place)) for place in places)), 0)


def _dig(value: Any, place: Iterable[str]) -> Any:
    for field in place:
        value = value.get(field) if isinstance(value, dict) else None
    return value


def _is_loaded(entry: Mapping[str, Any]) -> bool:
    states = [entry.get(field) for field in ("loaded", "is_loaded", "state", "status")]
    states += [_dig(entry, ("status", "value")), bool(entry.get("loaded_instances"))]
    return any(
        state is True or (isinstance(state, str) and state.lower() in ("loaded", "running"))
        for state in states
    )


def _can_chat(name: str, entry: Mapping[str, Any]) -> bool:
    """Whether nothing that the list says of a model, its name at last, speaks against chatting."""
    methods = entry.get("supportedGenerationMethods")
    if entry.get("pooling") or (methods and "generateContent" not in _texts(methods)):
        return False
    capabilities = entry.get("capabilities")
    if isinstance(capabilities, dict):
        chats = [capabilities.get(field) for field in ("completion_chat", "chat", "completion")]
        if any(chats):
            return True
        if False in chats:
            return False
    outputs = _texts(_dig(entry, ("architecture", "output_modalities")))
    if outputs and "text" not in outputs:
        return False
    kinds = [it for field in _KINDS for it in _texts(entry.get(field))]
    abilities = _texts(capabilities)
    if {"completion", "chat", "chat.completions"} & set(abilities):
        return True
    if any(map(_OTHER_KIND.search, (*kinds, *abilities))):
        return False
    return _OTHER_NAME.search(name) is None


def _abilities(entry: Mapping[str, Any], modalities: str) -> Iterator[str]:
    """Yields the words in which a list says what a model takes."""
    yield from _texts(entry.get("type"))
    yield from _texts(entry.get("capabilities"))
    yield from _texts(_dig(entry, ("architecture", modalities)))
    yield from _texts(entry.get(modalities))


def _texts(value: Any) -> list[str]:
    """Returns the texts that a field holds: one, a list of them, or the names set to true."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [name for name, is_set in value.items() if is_set is True]
    return [it for it in value if isinstance(it, str)] if isinstance(value, list) else []

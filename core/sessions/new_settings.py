"""Takes over what has changed in the settings and presets when a client gives the occasion."""

from typing import Final

from ..current_presets import CurrentPresets
from ..current_settings import CurrentSettings
from ..errors import ModelNotFound
from ..messages.events import Notice
from ..models.endpoints import Endpoint, find_endpoint
from ..settings import Settings
from .model_loader import ModelLoader
from .model_states import Loaded, WantedModel
from .subscribers import Subscriber, Subscribers
from .work_ahead import WorkAhead

_NEW_KEYS: Final = (
    "config.toml names a key that this window had no reason to read when it was opened: open it "
    "again to use {}."
)


class NewSettings:
    """Looks at the files before whatever depends on them is done."""

    def __init__(
        self,
        current: CurrentSettings,
        presets: CurrentPresets,
        subscribers: Subscribers,
        loader: ModelLoader,
        ahead: WorkAhead,
    ) -> None:
        self._current = current
        self._presets = presets
        self._subscribers = subscribers
        self._loader = loader
        self._ahead = ahead

    def look(self, client: Subscriber, *, has_read_them: bool = False) -> None:
        """Takes over what has changed, and tells every client what does not count yet.

        Args:
            client: for whom a model is loaded if that has changed, or where it is.
            has_read_them: whether the client has just connected, and read the settings for that.
        """
        self.look_at_presets()
        before = self._current.now
        change = self._current.look()
        for sentence in change.notices:
            self._subscribers.publish(Notice(sentence=sentence))
        if not change.names:
            return
        now = self._current.now
        self._tell_of_keys(before, client if has_read_them else None)
        is_other = "adapter" in change.names or ("model" in change.names and now.model != "")
        wanted = self._loader.wanted
        if is_other:
            wanted = WantedModel(now.model or wanted.source, now.adapter)
        source = wanted.source
        endpoint = _find(source, now)
        is_changed = endpoint != _find(source, before)
        has_model = isinstance(self._loader.state, Loaded)
        if is_changed and endpoint is None and has_model and not is_other:
            # Of a model that is gone from the file the same is said already.
            if "model" not in change.names:
                self._subscribers.publish(Notice(sentence=_tell_lost(source)))
        elif is_other or is_changed:
            environment = self._subscribers.environment_of(client)
            self._loader.want(wanted, environment, is_changed=is_changed)

    def look_at_presets(self) -> None:
        """Takes over what has changed of the presets; a file that can't be used is told of once."""
        if not self._presets.look():
            return
        if self._presets.problem:
            count = "the presets before it count" if self._presets.now.presets else "none counts"
            sentence = f"{self._presets.problem} Until then {count}."
            self._subscribers.publish(Notice(sentence=sentence))
        self._ahead.start_over()

    def _tell_of_keys(self, before: Settings, newcomer: Subscriber | None) -> None:
        """Tells the windows that were open before which keys they have not handed over."""
        names = set(self._current.now.key_variables) - set(before.key_variables)
        for client in self._subscribers:
            missing = names - self._subscribers.environment_of(client).keys.keys()
            if missing and client is not newcomer and self._subscribers.window_of(client):
                client.put(Notice(sentence=_NEW_KEYS.format(", ".join(sorted(missing)))))


def _tell_lost(source: str) -> str:
    """Returns what to tell of an endpoint in use that the file names no more."""
    return (
        f"config.toml names no endpoint {source.partition('#')[0]} any more: it stays in use until "
        "you choose another model, or the core starts again (seeshell stop)."
    )


def _find(source: str, settings: Settings) -> Endpoint | None:
    """Returns the server that a source means; None if that is none, or no address at all."""
    try:
        return find_endpoint(source, settings.endpoints)
    except ModelNotFound:
        return None

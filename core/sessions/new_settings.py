"""Takes over what has changed in `config.toml` when a client gives the occasion."""

from typing import Final

from ..current_settings import CurrentSettings
from ..engine.engine import AnswerOptions
from ..errors import ModelNotFound
from ..messages.events import Notice
from ..models.endpoints import Endpoint, find_endpoint
from ..settings import Settings
from .answering import Answering
from .model_loader import ModelLoader
from .model_states import Loaded, WantedModel
from .subscribers import Subscriber, Subscribers

_NEW_KEYS: Final = (
    "config.toml names a key that this window had no reason to read when it was opened: open it "
    "again to use {}."
)


class NewSettings:
    """Looks at the file before whatever depends on it is done."""

    def __init__(
        self,
        current: CurrentSettings,
        subscribers: Subscribers,
        loader: ModelLoader,
        answering: Answering,
    ) -> None:
        self._current = current
        self._subscribers = subscribers
        self._loader = loader
        self._answering = answering
        answering.options = _answer_options(current.now)

    def look(self, client: Subscriber, *, has_read_them: bool = False) -> None:
        """Takes over what has changed, and tells every client what does not count yet.

        Args:
            client: for whom a model is loaded if that has changed, or where it is.
            has_read_them: whether the client has just connected, and read the settings for that.
        """
        before = self._current.now
        change = self._current.look()
        for sentence in change.notices:
            self._subscribers.publish(Notice(sentence=sentence))
        if not change.names:
            return
        now = self._current.now
        self._answering.options = _answer_options(now)
        self._tell_of_keys(before, client if has_read_them else None)
        is_other = "model" in change.names and now.model != ""
        wanted = WantedModel(now.model) if is_other else self._loader.wanted
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

    def _tell_of_keys(self, before: Settings, newcomer: Subscriber | None) -> None:
        """Tells the windows that were open before which keys they have not handed over."""
        names = set(self._current.now.key_variables) - set(before.key_variables)
        for client in self._subscribers:
            missing = names - self._subscribers.environment_of(client).keys.keys()
            if missing and client is not newcomer and self._subscribers.window_of(client):
                client.put(Notice(sentence=_NEW_KEYS.format(", ".join(sorted(missing)))))


def _answer_options(settings: Settings) -> AnswerOptions:
    """Returns what the settings say of an answer."""
    return AnswerOptions(settings.max_tokens, settings.temperature)


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

"""The part of this program's environment that the core needs to reach servers."""

import os

from ...core.client_environment import ClientEnvironment, read_client_environment
from ...core.errors import SettingsError
from ...core.settings import Paths, Settings, read_settings


def read_handed_over(paths: Paths, known: Settings) -> ClientEnvironment:
    """Returns how this program reaches servers, with the keys of the newest endpoints.

    Args:
        paths: where the settings are.
        known: settings that count where those of the file can't be used; the core tells that.

    Raises:
        SettingsError: a variable can't be handed over.
    """
    try:
        settings = read_settings(paths, os.environ)
    except SettingsError:
        settings = known
    return read_client_environment(os.environ, settings.key_variables)

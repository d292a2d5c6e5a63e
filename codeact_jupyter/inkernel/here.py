"""Requests worked on in this process, with the settings of its environment and config files."""

import os
from typing import Any

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from codeact_jupyter.config import Settings, configured
from codeact_jupyter.errors import SettingError
from codeact_jupyter.inkernel.failures import RunFailed
from codeact_jupyter.inkernel.place import place_of
from codeact_jupyter.inkernel.run import Work
from codeact_jupyter.recap import config_told, history_told
from codeact_jupyter.session.names import Names
from codeact_jupyter.sources import settle


class Here:
    """Of one shell, for as long as it lives; `session` names its conversation where no notebook does."""

    def __init__(self, shell: InteractiveShell, session: str):
        self._shell, self._session = shell, session
        self._names = Names()

    def ask(self, request: str, chosen: dict[str, Any]) -> None:
        """Blocks until the answer is displayed.  Raises `RunFailed` when there is none."""
        settings = _settled(chosen)
        if settings.problem:
            raise RunFailed(settings.problem)
        place = place_of(self._shell, os.environ, self._session)
        try:
            Work(self._shell, place, settings, self._names).do(request)
        finally:
            place.store.close()

    def tell(self, what: str, chosen: dict[str, Any]) -> str:
        """What `%codeact config` and `%codeact history` show."""
        if what == "config":
            return config_told(_settled(chosen))
        place = place_of(self._shell, os.environ, self._session)
        try:
            runs = [[recorded.event for recorded in place.store.events(run)] for run in place.store.runs(place.conversation)]
        finally:
            place.store.close()
        return history_told(runs)


def _settled(chosen: dict[str, Any]) -> Settings:
    try:
        return settle(configured(), os.environ, command_line=chosen)
    except SettingError as error:
        raise UsageError(str(error)) from None

"""The extension as Jupyter Server sees it: settings, the websocket's route, and the notebooks it serves."""

import os
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_data_dir
from jupyter_server.extension.application import ExtensionApp
from jupyter_server.utils import url_path_join

from codeact_jupyter.config import CodeAct, Settings, settle
from codeact_jupyter.server.room import Room
from codeact_jupyter.server.websocket import NotebookSocket
from codeact_jupyter.store import Store

CONTENTS_EVENTS = "https://events.jupyter.org/jupyter_server/contents_service/v1"


class CodeActExtension(ExtensionApp):
    """Runs the agent in the server.  Its config file is `jupyter_codeact_config.py`, its settings `c.CodeAct.*`."""

    name = "codeact"
    extension_url = "/lab"
    load_other_extensions = True
    classes = [CodeAct]  # noqa: RUF012

    def initialize_settings(self) -> None:
        """Takes our key out of what kernels and terminals inherit."""
        self.environment = dict(os.environ)
        os.environ.pop("CODEACT_API_KEY", None)
        self.config_values = CodeAct(parent=self)
        self.rooms: dict[str, Room] = {}
        self._store: Store | None = None
        self.settings["codeact"] = self
        self.server.event_logger.add_listener(schema_id=CONTENTS_EVENTS, listener=self._contents_changed)

    @property
    def server(self) -> Any:
        """The Jupyter server that this is an extension of."""
        return self.serverapp

    def initialize_handlers(self) -> None:
        self.handlers.append((url_path_join("codeact", "api", "socket"), NotebookSocket))

    @property
    def store(self) -> Store:
        """Opened with the first notebook that is shown, not at server start.  Raises `StoreError`."""
        if self._store is None:
            self._store = Store(Path(jupyter_data_dir()) / "codeact" / "store.sqlite")
        return self._store

    def room(self, path: str) -> Room:
        """The notebook at a path, as the server serves it.  Raises `StoreError`."""
        if path not in self.rooms:
            self.rooms[path] = Room(self, path)
        return self.rooms[path]

    def settings_for(self, user: dict[str, Any]) -> Settings:
        """What a run of this user is made with.  Raises `SettingError`."""
        return settle(self.config_values, self.environment, user=user)

    def moved(self, old: str, new: str) -> None:
        """A notebook, or a folder above some, has a new path."""
        for path in [path for path in self.rooms if path == old or path.startswith(old + "/")]:
            room = self.rooms.pop(path)
            renamed = new + path[len(old) :]
            key = room.desk.key
            room.desk.rename(renamed)
            self.rooms[renamed] = room
            self.store.rename(key, room.desk.key)

    async def _contents_changed(self, logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        if data.get("action") == "rename" and data.get("source_path"):
            self.moved(data["source_path"].strip("/"), data["path"].strip("/"))

    async def stop_extension(self) -> None:
        """What goes on is cut off, recorded as far as it came; the notebooks have what was done."""
        for room in self.rooms.values():
            await room.close()
        if self._store:
            self._store.close()

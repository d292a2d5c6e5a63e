"""The extension as Jupyter Server sees it: settings, the websocket's route, and the notebooks it serves."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_core.paths import jupyter_data_dir
from jupyter_server.extension.application import ExtensionApp
from jupyter_server.utils import url_path_join
from traitlets import TraitError

from codeact_jupyter.config import CodeAct, Settings
from codeact_jupyter.connections import Connections, keys_in_use
from codeact_jupyter.errors import CodeActError, SettingError
from codeact_jupyter.server import runs
from codeact_jupyter.server.routes import ConnectionHandler, ConnectionsHandler, LocalServersHandler, ModelsHandler, TestHandler
from codeact_jupyter.server.websocket import NotebookSocket
from codeact_jupyter.sources import Source, settle

if TYPE_CHECKING:
    from codeact_jupyter.server.magic import Magics
    from codeact_jupyter.server.room import Room
    from codeact_jupyter.store import Store

CONTENTS_EVENTS = "https://events.jupyter.org/jupyter_server/contents_service/v1"
KERNEL_EVENTS = "https://events.jupyter.org/jupyter_server/kernel_actions/v1"

MARK = "CODEACT_SERVER"
"""Environment variable of the kernels that are started here: this process's number, so that `%codeact` knows whom it can ask."""

KEYRING_SECONDS = 15.0


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
        os.environ[MARK] = str(os.getpid())
        self.misconfigured = ""
        try:
            self.config_values = CodeAct(parent=self)
        except TraitError as error:  # said in the panel, where it is seen, not by an extension that is silently missing
            self.misconfigured = (
                f"The server's configuration of the agent cannot be used: {error} Correct it (c.CodeAct) and restart the server."
            )
            self.config_values = CodeAct()
        self.connections = Connections(self._folder)
        self.rooms: dict[str, Room] = {}
        self._store: Store | None = None
        self._untold = ""
        """What nobody has been told of the store yet."""
        self._retention: asyncio.Task[None] | None = None
        self._replaced: list[Room] = []
        """Of notebooks that are no longer where they were, or gone."""
        self.settings["codeact"] = self
        self.server.event_logger.add_listener(schema_id=CONTENTS_EVENTS, listener=self._contents_changed)
        self._magics: Magics | None = None
        self.server.event_logger.add_listener(schema_id=KERNEL_EVENTS, listener=self._kernel_changed)

    @property
    def server(self) -> Any:
        """The Jupyter server that this is an extension of."""
        return self.serverapp

    def initialize_handlers(self) -> None:
        self.handlers.append((url_path_join("codeact", "api", "socket"), NotebookSocket))
        routes = {
            "connections": ConnectionsHandler,
            "connections/(.+)": ConnectionHandler,
            "local-servers": LocalServersHandler,
            "models": ModelsHandler,
            "test": TestHandler,
        }
        self.handlers.extend((url_path_join("codeact", "api", route), handler) for route, handler in routes.items())
        self.handlers.extend((url_path_join("codeact", "api", route), handler) for route, handler in runs.ROUTES)

    @property
    def store(self) -> "Store":
        """Opened with the first notebook that is shown, not at server start.  Raises `StoreError`."""
        if self._store is None:
            from codeact_jupyter.store import Store  # heavy: not at server start

            self._store = Store(self._store_file)
            self._untold = self._store.notice
            if self.config_values.keep_days:
                self._retention = asyncio.create_task(self._forget_older(self._store))
        return self._store

    async def _forget_older(self, store: "Store") -> None:
        try:
            count = await asyncio.to_thread(store.forget_older, self.config_values.keep_days)
        except CodeActError as error:
            self.log.error("codeact: old conversations could not be deleted: %s", error)
        else:
            self.log.info("codeact: %s old conversations deleted", count)

    @property
    def _store_file(self) -> Path:
        return self._folder / "store.sqlite"

    @property
    def _folder(self) -> Path:
        return Path(jupyter_data_dir()) / "codeact"

    def room(self, path: str) -> "Room":
        """The notebook at a path, as the server serves it.  Raises `StoreError`."""
        if path not in self.rooms:
            from codeact_jupyter.server.room import Room  # heavy: not at server start

            self.rooms[path] = room = Room(self, path)
            if self._untold:
                room.notice(self._untold)
                self._untold = ""
        return self.rooms[path]

    def settings_for(self, panel: Sequence[Source]) -> Settings:
        """What a run is made with, given what the browser says of it, the highest first.  Raises `SettingError`."""
        if self.misconfigured:
            raise SettingError(self.misconfigured)
        return settle(self.config_values, self.environment, panel=panel, default=self.connections.book.default_connected)

    def keys_in_use(self) -> tuple[str, ...]:
        """All that are at hand: nobody is to be told them."""
        return (*keys_in_use(self.environment, self.connections.book), self.config_values.api_key)

    async def load_connections(self) -> None:
        """Saved connections and their keys as they are now; until the next time they are at hand.  Raises `SettingError`."""
        try:
            async with asyncio.timeout(KEYRING_SECONDS):
                await asyncio.to_thread(self.connections.load)
        except TimeoutError:
            raise SettingError("The system's keyring does not answer: it may be asking for its password. Unlock it, and reload.") from None

    def connections_changed(self) -> None:
        """The panels that are open show which model they ask now."""
        for room in self.rooms.values():
            room.refresh()

    def moved(self, old: str, new: str) -> None:
        """A notebook, or a folder above some, has a new path.  Raises `StoreError`."""
        for path in self._at_or_below(old):
            renamed = new + path[len(old) :]
            if renamed in self.rooms:
                self._forget(renamed)
            self.rooms[renamed] = room = self.rooms.pop(path)
            room.desk.rename(renamed)
        if self._keeps:
            self.store.deleted(self._key_of(new))  # whatever was there
            self.store.rename(self._key_of(old), self._key_of(new))

    @property
    def _keeps(self) -> bool:
        """Something may be known of notebooks."""
        return bool(self._store) or self._store_file.exists()

    def _key_of(self, path: str) -> str:
        from codeact_jupyter.session.attach import ServerDesk  # heavy: not at server start

        return ServerDesk.key_of(self.server, path)

    def _forget(self, path: str) -> None:
        room = self.rooms.pop(path)
        room.deleted()
        self._replaced.append(room)

    def _at_or_below(self, place: str) -> list[str]:
        return [path for path in self.rooms if path == place or path.startswith(place + "/")]

    async def _contents_changed(self, logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        path = str(data.get("path", "")).strip("/")
        try:
            match data.get("action"):
                case "rename":
                    self.moved(str(data.get("source_path", "")).strip("/"), path)
                case "delete":
                    for deleted in self._at_or_below(path):
                        self._forget(deleted)
                    if self._keeps:
                        self.store.deleted(self._key_of(path))
        except CodeActError as error:
            self.log.error("codeact: %s", error)

    async def _kernel_changed(self, logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        if self._magics is None:
            from codeact_jupyter.server.magic import Magics  # with the first kernel, not at server start

            self._magics = Magics(self)
        await self._magics.kernel_changed(str(data.get("action")), str(data.get("kernel_id", "")), str(data.get("status", "success")))

    async def stop_extension(self) -> None:
        """What goes on is cut off, recorded as far as it came; the notebooks have what was done."""
        if self._magics:
            await self._magics.close()
        rooms = [*self.rooms.values(), *self._replaced]
        for error in await asyncio.gather(*(room.close() for room in rooms), return_exceptions=True):
            if error:
                self.log.error("codeact: a notebook could not be put down in order", exc_info=error)
        if self._store:
            self._store.close()
        if self._retention:
            await asyncio.wait([self._retention])

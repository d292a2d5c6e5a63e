"""The one door to jupyter-collaboration: the rooms in which it keeps the notebooks that somebody has open.

Nothing of it is imported: its server extension is asked.  A room begins when the first page opens the notebook, and ends some time after
the last one has gone; it saves by itself, when nothing was changed for a second.
"""

import asyncio
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from codeact_jupyter.errors import NotebookError
from codeact_jupyter.notebook.room import RoomMount

EXTENSION = "jupyter_server_ydoc"
"""The server extension of jupyter-collaboration."""

OLDEST = 3
"""Of that extension: it came with jupyter-collaboration 5."""

EVENTS = "https://schema.jupyter.org/jupyter_collaboration/session/v1"

READY_SECONDS = 10.0
"""How long a room may take to read its notebook."""

SAVE_SECONDS = 5.0
"""How long a save is tried again while users type; after that the room saves when they pause."""

NOT_READY = "The shared notebook was not loaded. Close it and open it again, and ask again."


def keeper(server: Any) -> Any | None:
    """The extension that keeps the notebooks of this server; None: it is not there, or switched off."""
    apps = server.extension_manager.extension_apps.get(EXTENSION, ())
    return next((app for app in apps if not getattr(app, "disable_rtc", False)), None)


def too_old() -> str:
    """Why no run can start beside the version that is installed; empty: one can."""
    try:
        found = version(EXTENSION)
    except PackageNotFoundError:
        found = "0"
    if int(found.partition(".")[0]) >= OLDEST:
        return ""
    return (
        "Real-time collaboration is on, in a version that the agent cannot work with."
        " Update it (pip install --upgrade 'jupyter-collaboration>=5'), or start the server with --YDocExtension.disable_rtc=True."
    )


class SharedRoom:
    """A notebook's room; ours is one more of its documents."""

    def __init__(self, room_id: str, document: Any, room: Any, rooms: Any):
        self.id, self.error = room_id, ""
        self._document, self._room, self._rooms = document, room, rooms
        self.mount = RoomMount(document.ydoc, self._loads)

    @property
    def alive(self) -> bool:
        """It is kept still; else nobody saves it, and nobody sees what is done there."""
        return bool(self._rooms.get(self.id) is self._room)

    @property
    def dirty(self) -> bool:
        """There is something in it that the file lacks."""
        return bool(self._document.dirty)

    async def save(self) -> bool:
        """Have the file written; False: users type, and it is written when they pause.  Raises `NotebookError` when it cannot be."""
        self.error = ""
        deadline = asyncio.get_running_loop().time() + SAVE_SECONDS
        while self.dirty:
            if asyncio.get_running_loop().time() > deadline:
                return False
            # what a page asks for when its user saves; whoever types at this moment puts it off
            if task := self._room._save_to_disc():
                await asyncio.wait({task})
            await asyncio.sleep(0.05)  # room events are told in tasks of their own
            if self.error:
                raise NotebookError(self.error)
        return True

    def _loads(self) -> bool:
        return bool(self._room._update_lock.locked())


class Rooms:
    """The rooms of a server, by the paths of their notebooks."""

    def __init__(self, server: Any, app: Any):
        self._server, self._app = server, app

    def id(self, path: str) -> str:
        """What the room of this notebook is called; empty: it never had one."""
        file = self._server.web_app.settings["file_id_manager"].get_id(path)
        return f"json:notebook:{file}" if file else ""

    def exists(self, path: str) -> bool:
        """Somebody has the notebook open, or opens it at this moment."""
        return bool(self._app.ywebsocket_server.room_exists(self.id(path)))

    async def find(self, path: str) -> SharedRoom | None:
        """The notebook's room, once it has read the file; None: there is none.  Raises `NotebookError`."""
        if not self.exists(path):
            return None
        rooms, room_id = self._app.ywebsocket_server.rooms, self.id(path)
        room = rooms[room_id]
        try:
            async with asyncio.timeout(READY_SECONDS):
                await room.ready_event.wait()
                async with room._update_lock:  # it is ready before it has all of a large notebook
                    pass
        except TimeoutError as error:
            if rooms.get(room_id) is not room:
                return None
            raise NotebookError(NOT_READY) from error
        document = await self._app.get_document(room_id=room_id, copy=False)
        return SharedRoom(room_id, document, room, rooms) if document and rooms.get(room_id) is room else None

    def listen(self, hear: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
        """Hear what the rooms tell (their `room`, `level`, `action` and `msg`), until what is returned is called."""

        async def listener(logger: Any, schema_id: str, data: dict[str, Any]) -> None:
            hear(data)

        self._server.event_logger.add_listener(schema_id=EVENTS, listener=listener)
        return lambda: self._server.event_logger.remove_listener(listener=listener)

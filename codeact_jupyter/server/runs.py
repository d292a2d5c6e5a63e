"""REST routes of runs: the list of all that were recorded, one with what happened in it, and what a run that installs would install.

Only for users who may open a notebook's socket.  Answers are JSON; an error is `{"message": words}`.  `RUN` is
    {run, path: "" when it cannot be opened here, name, request, state, started, ended: ISO time|null, steps, tokens, cost: number|null,
     model}
with a state of "running", "waiting" (for the user), "answered", "stopped", "failed", "limit", "stuck" or "interrupted" (it was cut off, and
can be resumed); a cost of null is not known.

GET codeact/api/runs?path=&limit=&before=  -> {runs: [RUN]}, newest first; `path`: of this notebook alone, `before`: started before then
GET codeact/api/run?run=ID                 -> {...RUN, conversation, events: [what the socket sends as `recorded`]}; 404: none is known
GET codeact/api/package?module=sklearn     -> {package}: what `install_module` installs with pip; 400: that is no module's name
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError, authenticated

from codeact_jupyter.errors import SettingError, StoreError
from codeact_jupyter.server.websocket import plain

if TYPE_CHECKING:
    from codeact_jupyter.server.app import CodeActExtension
    from codeact_jupyter.store.recent import Entry

MOST = 200
"""Runs in one answer."""


class _RecordHandler(APIHandler):
    """Reads the store; what it has of code and outputs is for who may execute and write."""

    auth_resource = "kernels"

    async def admit(self) -> None:
        """Raises `HTTPError` for who may not."""
        for action, resource in (("execute", "kernels"), ("write", "contents")):
            if not await ensure_async(self.authorizer.is_authorized(self, self.current_user, action, resource)):
                raise HTTPError(403)

    @property
    def app(self) -> "CodeActExtension":
        extension: CodeActExtension = self.settings["codeact"]
        return extension

    async def described(self, entries: "list[Entry]") -> list[dict[str, Any]]:
        """As `RUN`s; a notebook that is not there any more, or was never here, is named only."""
        from codeact_jupyter.store.standing import GOING_ON, standing  # heavy: not at server start

        here = {path: await self._here(path) for path in {entry.path for entry in entries}}
        asked = {room.session.live for room in self.app.rooms.values() if room.questions.restart}
        states = ["waiting" if entry.run in asked else standing(self.app.store, entry) for entry in entries]
        return [
            {
                "run": entry.run,
                "path": here[entry.path],
                "name": Path(entry.path).name,
                "request": entry.request,
                "state": state,
                "started": entry.started,
                "ended": None if state in GOING_ON else entry.ended,
                "steps": entry.steps,
                "tokens": entry.tokens,
                "cost": entry.cost,
                "model": entry.model,
            }
            for entry, state in zip(entries, states, strict=True)
        ]

    async def _here(self, place: str) -> str:
        """The notebook's path on this server; empty: it has none."""
        from codeact_jupyter.session.attach import ServerDesk  # heavy: not at server start

        root = Path(ServerDesk.key_of(self.app.server, ""))
        if not Path(place).is_relative_to(root):
            return ""
        path = Path(place).relative_to(root).as_posix()
        contents: Any = self.contents_manager
        try:
            return path if await ensure_async(contents.file_exists(path)) else ""
        except HTTPError:  # hidden, or otherwise not served
            return ""

    def say(self, value: dict[str, Any]) -> None:
        self.finish(json.dumps(value, ensure_ascii=False))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None))[1]
        words = (
            error.log_message if isinstance(error, HTTPError) and error.log_message else "The server could not do that; its log says why."
        )
        self.say({"message": words})


class RunsHandler(_RecordHandler):
    """The list."""

    @authenticated
    async def get(self) -> None:
        from codeact_jupyter.session.attach import ServerDesk  # heavy: not at server start

        await self.admit()
        try:
            limit = min(max(int(self.get_query_argument("limit", "50")), 1), MOST)
        except ValueError as error:
            raise HTTPError(400, "`limit` has to be a number.") from error
        path = plain(self.get_query_argument("path", ""))
        place = ServerDesk.key_of(self.app.server, path) if path else ""
        try:
            entries = self.app.store.recent(limit, self.get_query_argument("before", ""), place)
        except StoreError as error:
            raise HTTPError(500, str(error)) from error
        self.say({"runs": await self.described(entries)})


class RunHandler(_RecordHandler):
    """One run."""

    @authenticated
    async def get(self) -> None:
        await self.admit()
        run = self.get_query_argument("run")
        try:
            entries = self.app.store.recent(1, run=run) if run else []
        except StoreError as error:
            raise HTTPError(500, str(error)) from error
        for entry, described in zip(entries, await self.described(entries), strict=True):
            if described["path"]:
                events = [recorded.model_dump(mode="json") for recorded in self.app.store.events(run)]
                return self.say({**described, "conversation": entry.conversation, "events": events})
        raise HTTPError(404, "Nothing is recorded of this run here.")


class PackageHandler(_RecordHandler):
    """The package that brings a module, so that the user knows what is going to be installed."""

    @authenticated
    async def get(self) -> None:
        from codeact_jupyter.session.installing import package_of  # heavy: not at server start

        await self.admit()
        try:
            self.say({"package": package_of(self.get_query_argument("module"))})
        except SettingError as error:
            raise HTTPError(400, str(error)) from error


ROUTES = (("runs", RunsHandler), ("run", RunHandler), ("package", PackageHandler))
"""Below `codeact/api`."""

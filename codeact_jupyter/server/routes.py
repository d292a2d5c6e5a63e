"""REST routes of connections: what the panel's connect view asks.  All answers are JSON; an error is `{"message": words}`.

Only for users who may execute in kernels (they can reach URLs anyway).  Requests with a cookie need the XSRF token, as everywhere.
A key goes in and never comes out.  `CONNECTION` is
    {name, kind, base_url, model, format: "code"|"tool", images: bool, context_length: int|null, tested: ISO time|null, has_key: bool}

GET    codeact/api/connections
       -> {presets: [{kind, label, base_url, needs_key: bool, help}], connections: [CONNECTION], default: name or "",
           key_store: "keyring"|"file", locked: [names of settings that the administrator fixed]}
PUT    codeact/api/connections {kind, base_url, model, name?, key?, format?, images?, context_length?, tested?: bool}
       -> CONNECTION, which is the default from now on.  `name` absent: the one of that kind and URL, else a new one.
       `key` absent: kept, unless the URL is another one; "": removed.
       `tested: true`: format, images and context_length are what a test found.
DELETE codeact/api/connections/NAME (percent-encoded) -> 204
GET    codeact/api/local-servers -> [{kind, label, base_url, models: [id]}]: what listens on this machine's usual ports; asked only now
POST   codeact/api/models {kind, base_url, key?, name?} -> {models: [{id, context_length: int|null}]}; 400 when none can be listed
       `name`: of a saved connection, whose key is used if its base_url is this one and no `key` is given.
POST   codeact/api/test {kind, base_url, model, key?, name?} -> lines of JSON (application/x-ndjson), one as each check ends:
           {check: "reachable"|"answers"|"streams"|"usage"|"tools"|"images"|"context", result: "yes"|"no"|"unknown", words, seconds}
       and last
           {check: "done", format: "code"|"tool", images: bool, context_length: int|null, works: bool, tokens: int, seconds, words}
       `words` are for the user: what was found and, where it is not well, what to do.  Ends when the client goes.

Statuses: 400 what was asked cannot be done (message says why), 403 not allowed, or locked by the administrator, 404 no such connection.
"""

import asyncio
import importlib
import json
from contextlib import aclosing
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import APIHandler
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, authenticated

from codeact_jupyter.config import same_place
from codeact_jupyter.connections import PRESETS, Connection, checked, named, refuse_unusable
from codeact_jupyter.errors import CodeActError, SettingError
from codeact_jupyter.sources import refuse_elsewhere

if TYPE_CHECKING:
    from codeact_jupyter.server.app import CodeActExtension

UNSAID = "The server could not do that; its log says why."


class _Refused(Exception):
    """It cannot be done, with the status that says so."""

    def __init__(self, status: int, words: str):
        super().__init__(words)
        self.status = status


class _ConnectHandler(APIHandler):
    """For who may execute in kernels; whatever goes wrong is said in JSON."""

    auth_resource = "kernels"

    async def prepare(self) -> None:  # type: ignore[override]  # as in APIHandler
        await super().prepare()
        if self.request.method == "OPTIONS":
            return  # asked before the real request, without a token
        user = self.current_user
        if not user or not await ensure_async(self.authorizer.is_authorized(self, user, "execute", "kernels")):
            raise HTTPError(403, "Only who may execute in kernels may connect models.")

    @property
    def extension(self) -> "CodeActExtension":
        extension: CodeActExtension = self.settings["codeact"]
        return extension

    def body(self) -> "_Body":
        return _Body(self.get_json_body())

    def answer(self, content: Any) -> None:
        self.finish(json.dumps(content, ensure_ascii=False))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        _, error, _ = kwargs.get("exc_info", (None, None, None))
        match error:
            case HTTPError(log_message=str(words)) if words:
                pass
            case _Refused(status=status):
                self.set_status(status)
                words = str(error)
            case CodeActError():
                self.set_status(400)
                words = str(error)
            case _:
                words = UNSAID
        self.answer({"message": words})

    def log_exception(self, kind: Any, error: Any, trace: Any) -> None:
        if not isinstance(error, CodeActError | _Refused):  # these are the user's to put right
            super().log_exception(kind, error, trace)

    async def key_for(self, body: "_Body", base_url: str) -> str:
        """The key that was given, or the saved one of the named connection if this is its URL.  Raises `SettingError`."""
        if (key := body.optional("key")) is not None:
            return key.strip()
        await self.extension.load_connections()
        return self.extension.connections.book.key_for(body.optional("name") or "", base_url)

    def target(self, body: "_Body") -> tuple[str, str]:
        """Kind and URL to be asked.  Raises `SettingError` when they cannot, or may not, be."""
        base_url = body.text("base_url").strip()
        refuse_unusable(base_url)
        try:
            refuse_elsewhere(body.optional("name") or base_url, base_url, self.extension.config_values)
        except SettingError as error:
            raise _Refused(403, str(error)) from None
        return body.text("kind"), base_url


class ConnectionsHandler(_ConnectHandler):
    """All connections, and a new or changed one."""

    @authenticated
    async def get(self) -> None:
        await self.extension.load_connections()
        connections = self.extension.connections
        keys = await asyncio.to_thread(lambda: connections.keys)
        shown = ("kind", "label", "base_url", "needs_key", "help")
        self.answer(
            {
                "presets": [{name: getattr(preset, name) for name in shown} for preset in PRESETS],
                "connections": [asdict(connection) for connection in connections.book.connections],
                "default": connections.book.default,
                "key_store": keys.kind,
                "locked": sorted(self.extension.config_values.locked),
            }
        )

    @authenticated
    async def put(self) -> None:
        body, extension = self.body(), self.extension
        kind, base_url = self.target(body)
        key = body.optional("key")
        if key and "api_key" in extension.config_values.locked:
            raise _Refused(403, "The administrator fixed the key: none can be given here.")
        if key is not None and not (key.strip().isascii() and key.strip().isprintable()):
            raise SettingError("The key holds characters that no key has. Give the key alone.")
        await extension.load_connections()
        wanted = checked(self._wanted(body, kind, base_url))
        made = await asyncio.to_thread(extension.connections.save, wanted, key)
        extension.connections_changed()
        self.answer(asdict(made))

    def _wanted(self, body: "_Body", kind: str, base_url: str) -> Connection:
        """What is asked for; what is not said is as it was, if model and URL are."""
        book = self.extension.connections.book
        name = (body.optional("name") or "").strip() or named(book, kind, base_url)
        model = body.text("model")
        old = next((it for it in book.connections if it.name == name), None)
        tested = body.truth("tested", False)
        stays = old and not tested and old.model == model.strip() and same_place(old.base_url, base_url)
        same = old if old and stays else Connection(name, kind, base_url)
        return Connection(
            name=name,
            kind=kind,
            base_url=base_url,
            model=model,
            format=body.format() or same.format,
            images=body.truth("images", same.images),
            context_length=body.number("context_length", same.context_length),
            tested=datetime.now(UTC).isoformat(timespec="seconds") if tested else same.tested,
        )


class ConnectionHandler(_ConnectHandler):
    """One connection."""

    @authenticated
    async def delete(self, name: str) -> None:
        await self.extension.load_connections()
        connections = self.extension.connections
        if name not in {connection.name for connection in connections.book.connections}:
            raise _Refused(404, f"There is no connection {name!r}.")
        await asyncio.to_thread(connections.remove, name)
        self.extension.connections_changed()
        self.set_status(204)
        self.finish()


class LocalServersHandler(_ConnectHandler):
    """Who listens on this machine; asked only when the user looks."""

    @authenticated
    async def get(self) -> None:
        discover = await _heavy("codeact_jupyter.model.discover")
        self.answer([asdict(server) for server in await discover.local_servers()])


class ModelsHandler(_ConnectHandler):
    """The models of a server."""

    @authenticated
    async def post(self) -> None:
        body = self.body()
        _, base_url = self.target(body)
        key = await self.key_for(body, base_url)
        discover = await _heavy("codeact_jupyter.model.discover")
        self.answer({"models": [asdict(entry) for entry in await discover.models(base_url, key)]})


class TestHandler(_ConnectHandler):
    """What a model can do, line by line; ends when the client goes."""

    _work: asyncio.Task[None] | None = None

    @authenticated
    async def post(self) -> None:
        body = self.body()
        kind, base_url = self.target(body)
        model, key = body.text("model").strip(), await self.key_for(body, base_url)
        heavy = await _heavy("codeact_jupyter.model.trial")
        self.set_header("Content-Type", "application/x-ndjson")
        self.set_header("X-Accel-Buffering", "no")  # a proxy is to pass on each line at once
        self._work = asyncio.create_task(self._tell(heavy.trial(heavy.Target(kind, base_url, model, key))))
        await asyncio.wait([self._work])
        if not self._work.cancelled():
            self._work.result()
            self.finish(set_content_type="application/x-ndjson")

    async def _tell(self, found: Any) -> None:
        async with aclosing(found) as lines:
            async for line in lines:
                self.write(json.dumps(asdict(line), ensure_ascii=False) + "\n")
                try:
                    await self.flush()
                except StreamClosedError:
                    return  # nobody listens any more

    def on_connection_close(self) -> None:
        if self._work:
            self._work.cancel()
        super().on_connection_close()


class _Body:
    """What was sent, by name and type.  Raises `_Refused` with what is wrong."""

    def __init__(self, content: Any):
        if not isinstance(content, dict):
            raise _Refused(400, "The body has to be a JSON object.")
        self._content = content

    def text(self, name: str) -> str:
        """Has to be there; may be empty."""
        if (value := self.optional(name)) is None:
            raise _Refused(400, f"`{name}` is missing.")
        return value

    def optional(self, name: str) -> str | None:
        value = self._content.get(name)
        if value is not None and not isinstance(value, str):
            raise _Refused(400, f"`{name}` has to be text.")
        return value

    def format(self) -> Any:
        """None: not said."""
        value = self.optional("format")
        if value not in (None, "code", "tool"):
            raise _Refused(400, "`format` has to be code or tool.")
        return value

    def truth(self, name: str, else_: bool) -> bool:
        value = self._content.get(name)
        if value is not None and not isinstance(value, bool):
            raise _Refused(400, f"`{name}` has to be true or false.")
        return else_ if value is None else value

    def number(self, name: str, else_: int | None) -> int | None:
        value = self._content.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value <= 0):
            raise _Refused(400, f"`{name}` has to be a positive whole number.")
        return else_ if value is None else value


async def _heavy(module: str) -> Any:
    """Needs the SDK, which is not to be imported at server start, nor on the event loop."""
    return await asyncio.to_thread(importlib.import_module, module)

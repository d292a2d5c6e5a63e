"""A notebook read and written through the server's contents manager, whatever that stores it in."""

import asyncio
import os
from collections.abc import Awaitable
from typing import Any, Literal

from jupyter_core.utils import ensure_async
from tornado.web import HTTPError

from codeact_jupyter.errors import NotebookError
from codeact_jupyter.notebook.storage import ChangedMeanwhile

Standing = Literal["same", "ours", "other"]
"""The file against what a document was made of: the same, changed by our writes only, or changed by somebody else."""

UNREADABLE = 400
SETTLING_SECONDS = 0.3
"""A save that goes on is over by then."""


class _Unreadable(NotebookError):
    """What is in the file is no notebook."""


class ContentsFile:
    """Storage of one notebook; remembers which hashes came of our own writes."""

    def __init__(self, contents: Any, path: str):
        self._contents = contents
        self.path = path
        self._chain: list[str] = []
        """Hashes of the file, each made from the one before by a write of ours."""
        self._read = ""
        self._known = ("", "")
        """The path, and the place on disk that it led to at first."""

    async def read(self) -> tuple[dict[str, Any], str]:
        """Content as nbformat 4 has it, and the file's hash.  Raises `NotebookError`."""
        try:
            model = await self._get(content=True)
        except _Unreadable:  # Jupyter writes files in place: somebody's save may be half done
            await asyncio.sleep(SETTLING_SECONDS)
            model = await self._get(content=True)
        if model.get("format") != "json" or not isinstance(model.get("content"), dict):
            raise NotebookError(f"{self.path} is not a notebook.")
        self._read = model.get("hash") or ""
        return model["content"], self._read

    async def write(self, content: dict[str, Any]) -> str:
        """Raises `NotebookError`, `ChangedMeanwhile` if it is not the file that was read; it is whole either way."""
        before = await self.hash()
        if before != self._read:
            raise ChangedMeanwhile(f"{self.path} was changed by somebody else at this moment. Ask again.")
        model = {"type": "notebook", "format": "json", "content": content}
        await self._ask("written", ensure_async(self._contents.save(model, self.path)))
        self._read = after = await self.hash()
        self._chain = [*self._chain, after] if self._chain and self._chain[-1] == before else [before, after]
        return after

    async def hash(self) -> str:
        """Of the file now; empty where the contents manager gives none."""
        return str((await self._get(content=False)).get("hash") or "")

    async def writable(self) -> bool:
        """Raises `NotebookError`."""
        return bool((await self._get(content=False)).get("writable", True))

    async def against(self, base: str | None) -> tuple[Standing, str]:
        """The file against what a document was made of, and its hash now.  Raises `NotebookError`."""
        now = await self.hash()
        if not base or not now or base == now:
            return "same", now
        ours = base in self._chain and self._chain[-1] == now
        return "ours" if ours else "other", now

    async def _get(self, content: bool) -> dict[str, Any]:
        self._check()
        get, how = self._contents.get, {"content": content, "type": "notebook"}
        return await self._ask("read", self._hashed(get, how))

    def _check(self) -> None:
        """Raises `NotebookError` if code that ran beside the file has made it a link to where it may not reach itself."""
        if (on_disk := getattr(self._contents, "_get_os_path", None)) is None:
            return
        place = os.path.realpath(on_disk(self.path))
        if self._known[0] != self.path:
            self._known = (self.path, place)
        elif place != self._known[1]:
            raise NotebookError(f"{self.path} leads to {place} now, another place than before; it is left as it is.")

    async def _hashed(self, get: Any, how: dict[str, Any]) -> Any:
        try:
            return await ensure_async(get(self.path, **how, require_hash=True))
        except TypeError:  # a contents manager of before jupyter_server 2.11 knows no hashes
            return await ensure_async(get(self.path, **how))

    async def _ask(self, what: str, answer: Awaitable[Any]) -> dict[str, Any]:
        try:
            return dict(await answer)
        except HTTPError as error:
            kind = _Unreadable if error.status_code == UNREADABLE else NotebookError
            raise kind(f"{self.path} cannot be {what}: {reason(error)}") from error
        except OSError as error:
            raise NotebookError(f"{self.path} cannot be {what}: {error.strerror or error}") from error


def reason(error: HTTPError) -> str:
    """What an error of the server's says, without its status."""
    message = error.log_message or error.reason or str(error)
    return (message % error.args if error.args and error.log_message else message).strip()

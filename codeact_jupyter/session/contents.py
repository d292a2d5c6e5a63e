"""A notebook read and written through the server's contents manager, whatever that stores it in."""

from typing import Any, Literal

from jupyter_core.utils import ensure_async
from tornado.web import HTTPError

from codeact_jupyter.errors import NotebookError
from codeact_jupyter.notebook.document import ChangedMeanwhile


class ContentsFile:
    """Storage of one notebook; remembers which hashes came of our own writes."""

    def __init__(self, contents: Any, path: str):
        self._contents = contents
        self.path = path
        self._chain: list[str] = []
        """Hashes of the file, each made from the one before by a write of ours."""
        self._read = ""

    async def read(self) -> tuple[dict[str, Any], str]:
        """Content as nbformat 4 has it, and the file's hash.  Raises `NotebookError`."""
        model = await self._ask("read", lambda: self._contents.get(self.path, content=True, type="notebook", require_hash=True))
        if model.get("format") != "json" or not isinstance(model.get("content"), dict):
            raise NotebookError(f"{self.path} is not a notebook.")
        self._read = model.get("hash") or ""
        return model["content"], self._read

    async def write(self, content: dict[str, Any]) -> str:
        """Raises `NotebookError`, `ChangedMeanwhile` if it is not the file that was read; it is whole either way."""
        before = await self.hash()
        if before != self._read:
            raise ChangedMeanwhile(f"{self.path} was changed by somebody else at this moment. Ask again.")
        await self._ask("written", lambda: self._contents.save({"type": "notebook", "format": "json", "content": content}, self.path))
        self._read = after = await self.hash()
        self._chain = [*self._chain, after] if self._chain and self._chain[-1] == before else [before, after]
        return after

    async def hash(self) -> str:
        """Of the file now; empty where the contents manager gives none."""
        model = await self._ask("read", lambda: self._contents.get(self.path, content=False, type="notebook", require_hash=True))
        return model.get("hash") or ""

    async def against(self, base: str | None) -> tuple[Literal["same", "ours", "other"], str]:
        """The file against what a document was made of (`same`, `ours`, `other`), and its hash now."""
        now = await self.hash()
        if not base or not now or base == now:
            return "same", now
        ours = base in self._chain and self._chain[-1] == now
        return "ours" if ours else "other", now

    async def _ask(self, what: str, call: Any) -> dict[str, Any]:
        try:
            return dict(await ensure_async(call()))
        except HTTPError as error:
            reason = str(error.log_message or error.reason or error).strip()
            raise NotebookError(f"{self.path} cannot be {what}: {reason}") from error
        except OSError as error:
            raise NotebookError(f"{self.path} cannot be {what}: {error.strerror or error}") from error

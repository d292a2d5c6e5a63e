"""A server with jupyter-collaboration, and pages of its users; skipped where it is not installed (`make test-room` has an environment)."""

import importlib.util
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from codeact_jupyter.testing import Item, ScriptedServer
from tests.room.page import Page
from tests.server.conftest import Scripted, Serve, scripted, serve
from tests.server.played import Served

__all__ = ["scripted", "serve"]

collect_ignore_glob = [] if importlib.util.find_spec("jupyter_server_ydoc") else ["test_*.py"]

Shared = Callable[..., Awaitable[tuple[Served, Callable[[], Awaitable[Page]], ScriptedServer]]]


@pytest.fixture
async def shared(serve: Serve, scripted: Scripted, tmp_path: Path) -> AsyncIterator[Shared]:
    """A server that keeps `a.ipynb`, a function that opens it in one page more, and a model that follows a script."""
    pages: list[Page] = []

    async def start(
        script: Iterable[Item], cells: Iterable[Any] = ("x = 1",), **rooms: Any
    ) -> tuple[Served, Callable[[], Awaitable[Page]], ScriptedServer]:
        model = await scripted(*script)
        server = await serve(
            ServerApp={"jpserver_extensions": {"jupyter_server_ydoc": True, "jupyter_server_fileid": True}},
            YDocExtension={"document_save_delay": 0.3, **rooms},
            SQLiteYStore={"db_path": str(tmp_path / "updates.db")},
            BaseFileIdManager={"db_path": str(tmp_path / "files.db")},
        )
        server.write("a.ipynb", *cells)

        async def page() -> Page:
            opened = Page(server, "a.ipynb")
            pages.append(opened)
            await opened.open()
            return opened

        return server, page, model

    yield start
    for page in pages:
        await page.leave()

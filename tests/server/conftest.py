"""Fixtures: servers, a scripted model for them, and a notebook open in a browser."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import jupyter_core.paths
import pytest

from codeact_jupyter.testing import Item, ScriptedServer
from tests.server.played import KEY, Served, serving
from tests.server.tab import Browser

Serve = Callable[..., Awaitable[Served]]


@pytest.fixture
async def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Serve]:
    """Starts servers; the arguments are their configuration, `c.CodeAct` if nothing else is said."""
    for name in ("data", "config", "runtime", "home"):
        (tmp_path / name).mkdir()
    for name in ("CODEACT_MODEL", "CODEACT_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "home"))
    monkeypatch.setattr(jupyter_core.paths, "SYSTEM_CONFIG_PATH", [])
    monkeypatch.setattr(jupyter_core.paths, "ENV_CONFIG_PATH", [])
    async with AsyncExitStack() as stack:

        async def start(**config: Any) -> Served:
            return await stack.enter_async_context(serving(tmp_path / "root", config))

        yield start


Scripted = Callable[..., Awaitable[ScriptedServer]]


@pytest.fixture
async def scripted(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scripted]:
    """Starts a scripted model that the next server uses; begin with it."""
    async with AsyncExitStack() as stack:

        async def start(*script: Item, fallback: Callable[[Any], str] | None = None) -> ScriptedServer:
            model = await stack.enter_async_context(ScriptedServer(script, fallback=fallback))
            monkeypatch.setenv("OPENAI_BASE_URL", model.url)
            monkeypatch.setenv("CODEACT_MODEL", "scripted")
            monkeypatch.setenv("CODEACT_API_KEY", KEY)
            return model

        yield start


@pytest.fixture
async def open_notebook(serve: Serve, scripted: Scripted) -> Callable[..., Awaitable[tuple[Served, Browser, ScriptedServer]]]:
    """A server, a tab with `a.ipynb` on it and a model that follows a script."""

    async def opened(script: Iterable[Item], cells: Iterable[Any] = ("x = 1",), **config: Any) -> tuple[Served, Browser, ScriptedServer]:
        model = await scripted(*script)
        server = await serve(**config)
        server.write("a.ipynb", *cells)
        return server, await server.browser(), model

    return opened

"""Others that run code for agents, measured in one process with the floor; run by an environment of their own (`make bench` makes it).

Prints JSON: seconds, and for each peer the ratio to the floor of this run.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx2
import nbformat
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from nbclient import NotebookClient

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.floor import ACTION, LINES, PAUSE, floor

TIMES = 30
TOKEN = "bench"


def filled(count: int) -> Any:
    """A notebook with as many cells, each with a small output."""
    book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}})
    for number in range(count):
        output = nbformat.v4.new_output("stream", name="stdout", text="42\n")
        book.cells.append(nbformat.v4.new_code_cell(f"value_{number} = {number}\nprint(42)", outputs=[output], execution_count=1))
    return book


async def timed(call: Callable[[], Awaitable[object]], times: int = TIMES) -> float:
    """Median seconds, the first two left out."""
    found = []
    for _ in range(times + 2):
        await asyncio.sleep(PAUSE)
        begun = time.perf_counter()
        await call()
        found.append(time.perf_counter() - begun)
    return median(found[2:])


async def by_nbclient(source: str, times: int) -> float:
    book = nbformat.v4.new_notebook()
    client = NotebookClient(book, kernel_name="python3")
    async with client.async_setup_kernel():

        async def once() -> None:
            book.cells.append(nbformat.v4.new_code_cell(source))
            await client.async_execute_cell(book.cells[-1], len(book.cells) - 1)

        return await timed(once, times)


@asynccontextmanager
async def server(cells: int) -> AsyncIterator[str]:
    """A Jupyter server with the peers' extensions and a notebook `n.ipynb`; its URL."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        nbformat.write(filled(cells), Path(folder) / "n.ipynb")
        own = {f"JUPYTER_{kind}_DIR": str(Path(folder) / f".{kind.lower()}") for kind in ("DATA", "CONFIG", "RUNTIME")}
        options = ["--no-browser", "--allow-root", f"--port={port}", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"]
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter", "server", *options],
            env={**os.environ, **own},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            await until_up(url)
            yield url
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait)


async def until_up(url: str) -> None:
    """The server answers."""
    while True:
        try:
            await asyncio.to_thread(urllib.request.urlopen, f"{url}/api?token={TOKEN}")
        except OSError:
            await asyncio.sleep(0.1)
        else:
            return


async def by_nbmodel(url: str, source: str, poll: float, times: int) -> float:
    """Its clients ask again and again whether it is done: each `poll` seconds."""
    async with httpx2.AsyncClient(base_url=url, headers={"Authorization": f"token {TOKEN}"}, timeout=60) as http:
        kernel = (await http.post("/api/kernels", json={"name": "python3"})).json()["id"]

        async def once() -> None:
            answer = await http.post(f"/api/kernels/{kernel}/execute", json={"code": source})
            while True:
                done = await http.get(answer.headers["location"])
                if done.status_code != 202:
                    return
                await asyncio.sleep(poll)

        return await timed(once, times)


async def by_mcp(url: str, source: str, times: int) -> float:
    """`insert_execute_code_cell` of the server that is an extension of Jupyter Server."""
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"token {TOKEN}"}, timeout=120) as http,
        streamable_http_client(f"{url}/mcp", http_client=http) as streams,
        ClientSession(streams[0], streams[1]) as session,
    ):
        await session.initialize()
        await session.call_tool("use_notebook", {"notebook_name": "n", "notebook_path": "n.ipynb", "mode": "connect"})
        arguments = {"cell_index": -1, "cell_source": source, "timeout": 60}
        return await timed(lambda: session.call_tool("insert_execute_code_cell", arguments), times)


async def main() -> None:
    """All of it, as JSON."""
    base, base_lines = floor(), floor(LINES, 5)
    found = {
        "nbclient": await by_nbclient(ACTION, TIMES) / base,
        "nbclient, 20,000 lines": await by_nbclient(LINES, 3) / base_lines,
    }
    async with server(5) as url:
        for poll in (0.002, 0.02, 0.1):
            found[f"jupyter-server-nbmodel, asked each {poll * 1000:.0f} ms"] = await by_nbmodel(url, ACTION, poll, TIMES) / base
        found["jupyter-server-nbmodel, 20,000 lines"] = await by_nbmodel(url, LINES, 0.02, 3) / base_lines
        found["jupyter-mcp-server, 5 cells"] = await by_mcp(url, ACTION, 10) / base
        found["jupyter-mcp-server, 20,000 lines"] = await by_mcp(url, LINES, 2) / base_lines
    async with server(1000) as url:
        found["jupyter-mcp-server, 1,000 cells"] = await by_mcp(url, ACTION, 5) / base
    json.dump({"floor": base, "floor_lines": base_lines, "ratios": found}, sys.stdout)


if __name__ == "__main__":
    asyncio.run(main())

"""Fails if any handler of ours answers a request that carries no token.

Lists the routes that this extension adds to a server, starts a real server, and asks each of them anonymously, as page and as websocket.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time

from jupyter_server.serverapp import ServerApp, list_running_servers
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect


def ours() -> list[str]:
    """The routes of this extension, as patterns."""
    server = ServerApp()
    server.initialize(["--no-browser", "--allow-root"], new_httpserver=False)
    rules = [rule for group in server.web_app.default_router.rules for rule in getattr(group.target, "rules", [])]
    return [rule.matcher.regex.pattern for rule in rules if getattr(rule.target, "__module__", "").startswith("codeact_jupyter")]


async def refused(server: str, pattern: str) -> bool:
    url = f"{server.rstrip('/')}{pattern.rstrip('$')}?path=a.ipynb&document=1"
    for method in ("GET", "POST", "PUT", "DELETE"):
        body = None if method in ("GET", "DELETE") else ""
        answer = await AsyncHTTPClient().fetch(HTTPRequest(url, method=method, body=body), raise_error=False)
        if answer.code < 400:
            return False
    try:
        await websocket_connect(url.replace("http", "ws", 1))
    except HTTPClientError as error:
        return error.code == 403
    return False


async def main() -> int:
    if not (patterns := ours()):
        print("no handler of ours was found: is the extension enabled?")
        return 1
    with tempfile.TemporaryDirectory() as runtime:
        environment = {**os.environ, "JUPYTER_RUNTIME_DIR": runtime}
        command = [
            sys.executable,
            "-m",
            "jupyter_server",
            "--no-browser",
            "--allow-root",
            "--ip=127.0.0.1",
            "--IdentityProvider.token=secret",
        ]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(600):
                if running := list(list_running_servers(runtime)):
                    break
                time.sleep(0.1)
            await asyncio.sleep(1)
            open_to_all = [pattern for pattern in patterns if not await refused(running[0]["url"], pattern)]
        finally:
            server.terminate()
            server.wait()
    print(f"{len(patterns)} handler(s) of ours; open without a token: {open_to_all or 'none'}")
    return 1 if open_to_all else 0


sys.exit(asyncio.run(main()))

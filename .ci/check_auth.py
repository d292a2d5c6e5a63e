"""Fails if any handler of ours answers a request that carries no token.

Starts a real server with this extension, asks each of our routes anonymously, and wants 403.
"""

import asyncio
import sys

from jupyter_server.serverapp import ServerApp
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect


async def main() -> int:
    server = ServerApp()
    server.initialize(
        ["--port=0", "--ip=127.0.0.1", "--no-browser", "--allow-root", "--IdentityProvider.token=secret"],
        new_httpserver=True,
    )
    try:
        rules = [rule.target for group in server.web_app.default_router.rules for rule in getattr(group.target, "rules", [])]
        ours = {target for target in rules if getattr(target, "__module__", "").startswith("codeact_jupyter")}
        if not ours:
            print("no handler of ours was found: is the extension enabled?")
            return 1
        port = server.http_server._sockets and next(iter(server.http_server._sockets.values())).getsockname()[1]
        bad = [url for url in ["codeact/api/socket?path=a.ipynb&document=1"] if not await _refused(f"127.0.0.1:{port}{server.base_url}{url}")]
        print(f"{len(ours)} handler(s), refused without a token: {not bad}")
        return 1 if bad else 0
    finally:
        await server._cleanup()


async def _refused(url: str) -> bool:
    for method in ("GET", "POST", "PUT", "DELETE"):
        body = None if method in ("GET", "DELETE") else ""
        try:
            answer = await AsyncHTTPClient().fetch(HTTPRequest(f"http://{url}", method=method, body=body), raise_error=False)
        except HTTPClientError:
            return False
        if answer.code < 400:
            return False
    try:
        await websocket_connect(f"ws://{url}")
    except HTTPClientError as error:
        return error.code == 403
    return False


sys.exit(asyncio.run(main()))

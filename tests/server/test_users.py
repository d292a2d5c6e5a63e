"""Who may open a notebook's socket is asked for each user: another one's session is no key to it."""

import pytest
from jupyter_server.auth import Authorizer, IdentityProvider, User
from tornado.httpclient import HTTPClientError
from tornado.websocket import websocket_connect

from tests.server.conftest import Serve

USERS = {"a-token-for-tests": "ada", "another-token": "bob"}


class Both(IdentityProvider):
    """Two users, each with a token of their own."""

    def get_user(self, handler):
        token = handler.get_argument("token", "") or handler.request.headers.get("Authorization", "").removeprefix("token ")
        return User(USERS[token]) if token in USERS else None

    @property
    def auth_enabled(self):
        return True


class OnlyAda(Authorizer):
    """Everybody may read; only one may execute."""

    def is_authorized(self, handler, user, action, resource):
        return user.username == "ada" or action == "read"


async def test_another_users_token_opens_neither_socket_nor_record(serve: Serve):
    server = await serve(ServerApp={"identity_provider_class": Both, "authorizer_class": OnlyAda})
    server.write("a.ipynb", "x = 1")
    ada = await server.browser()
    assert ada.heard("welcome")

    for token in ("another-token", "none"):
        with pytest.raises(HTTPClientError) as refused:
            await websocket_connect(server.socket_url(token=token, document="9"))
        assert refused.value.code == 403
    for route in ("runs", "run?run=x", "package?module=x", "connections", "local-servers"):
        with pytest.raises(HTTPClientError) as refused:
            await server.fetch("GET", f"codeact/api/{route}", Authorization="token another-token")
        assert refused.value.code == 403

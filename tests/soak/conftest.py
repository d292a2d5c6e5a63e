"""The fixtures of the server's tests."""

from tests.server.conftest import scripted, serve

__all__ = ["scripted", "serve"]

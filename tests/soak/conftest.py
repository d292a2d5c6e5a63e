"""The fixtures of the server's tests."""

from tests.server.conftest import open_notebook, scripted, serve

__all__ = ["open_notebook", "scripted", "serve"]

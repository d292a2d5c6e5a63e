"""The store of conversations and runs: one sqlite file, shared by server and command line."""

from codeact_jupyter.store.store import Store

__all__ = ["Store"]

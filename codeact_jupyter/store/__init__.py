"""The store of conversations and runs: one sqlite file, shared by server and command line."""

from codeact_jupyter.store.claim import Claim
from codeact_jupyter.store.store import Store

__all__ = ["Claim", "Store"]

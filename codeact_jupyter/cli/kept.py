"""The store of runs, opened for a command."""

import sys

from codeact_jupyter.cli.usage import store_file
from codeact_jupyter.store import Store


def opened() -> Store:
    """The store that the server has too; if it had to be begun anew, that is said.  Raises `StoreError`."""
    store = Store(store_file())
    if store.notice:
        sys.stderr.write(f"jupyter codeact: {store.notice}\n")
    return store

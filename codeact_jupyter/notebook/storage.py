"""Where a notebook's file is: what a `Document` asks of it."""

from typing import Any, Protocol

from codeact_jupyter.errors import NotebookError


class ChangedMeanwhile(NotebookError):
    """Somebody else wrote the file between our reading and our writing it."""


class Storage(Protocol):
    """Where the notebook's file is.  Both raise `NotebookError` with words for the user."""

    async def read(self) -> tuple[dict[str, Any], str]:
        """The notebook, and the file's hash."""

    async def write(self, content: dict[str, Any]) -> str:
        """Replace the file; its hash.  May raise `ChangedMeanwhile` if it is not the one that was read last."""

"""The place where a run works: a notebook, its folder and its kernel.  `local` is the command line's, `attach` the server's."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from codeact_jupyter.events import ActionProposed, Recorded
from codeact_jupyter.kernel.client import KernelClient
from codeact_jupyter.notebook.document import Document
from codeact_jupyter.notebook.journal import Entry
from codeact_jupyter.ports import Verdict
from codeact_jupyter.store import Store


@dataclass(frozen=True)
class Decision:
    """The user's word on an action that asked."""

    allow: bool
    code: str | None = None
    """What they saw, or made of it: exactly that runs.  None: what the cell holds."""
    whole_run: bool = False
    """Its classes of effects are allowed for the rest of the run."""
    note: str = ""
    """To the model."""


@dataclass(frozen=True)
class KernelNews:
    """What a kernel tells of itself."""

    state: Callable[[str], None]
    """What it does now, in the words of `Doing.what`."""
    lost: Callable[[str], None]
    """It died or was restarted between two actions."""
    may_restart: Callable[[], Awaitable[bool]]
    """Nothing but a restart ends the code: is it wanted?"""


class Desk(Protocol):
    """One notebook, ready to be worked in."""

    document: Document

    @property
    def path(self) -> str:
        """As the user names it."""

    @property
    def key(self) -> str:
        """Absolute: what the store knows the notebook by."""

    @property
    def folder(self) -> Path:
        """The kernel's working folder; data files are looked for here."""

    @property
    def root(self) -> Path:
        """Files below it may be read without asking."""

    @property
    def sandboxed(self) -> bool:
        """The kernel that a run has taken has no network, and no files but those of its folder; False before one is taken."""

    async def open(self) -> None:
        """The notebook as it is now.  Raises `NotebookError`."""

    async def kernel(self, news: KernelNews) -> KernelClient:
        """Its own kernel, started if there is none, with a client opened.  Raises `KernelError`."""

    async def release(self, kernel: KernelClient) -> None:
        """The run needs it no more."""

    async def save(self) -> None:
        """A step is over.  Raises `NotebookError`."""

    async def finish(self) -> None:
        """The run is over.  Raises `NotebookError`."""


def into(store: Store) -> Callable[[Entry], None]:
    """The journal of a desk's document, kept in the store."""
    return lambda entry: store.journal(entry.run, entry.seq, entry.cell_id, (entry.before, entry.after, entry.above))


def filed_in(store: Store) -> Callable[[str, Collection[str], bool], None]:
    """What of a desk's document is in its file, kept in the store."""
    return store.filed


class Audience(Protocol):
    """Who hears of a run while it goes on: a terminal, or the browsers that show the notebook."""

    def recorded(self, recorded: Recorded) -> None: ...

    def typing(self, run: str, text: str) -> None: ...

    def doing(self, run: str, what: str, detail: str = "") -> None: ...

    async def approve(self, run: str, proposed: ActionProposed, verdict: Verdict) -> Decision:
        """May it run?  Waits for the user for as long as it takes; where nobody can be asked, the answer is no."""

    async def may_restart(self, run: str) -> bool:
        """The code cannot be interrupted: may the kernel be restarted?"""

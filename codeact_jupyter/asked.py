"""What a browser says on a notebook's socket, as values; `protocol` has what it is told, and the unions."""

from typing import Any, Literal

from pydantic import BaseModel

from codeact_jupyter.events import WIRE


class _Message(BaseModel):
    model_config = WIRE


class Subscribe(_Message):
    """First message of a socket: the conversation of its notebook, from here on."""

    type: Literal["subscribe"] = "subscribe"
    after: dict[str, int] = {}
    """Last sequence number seen of each run; the rest is sent again."""
    base: str | None = None
    """Hash of the file as this document last loaded or saved it; None where the server gives none."""
    settings: dict[str, Any] = {}
    """The user's settings that are not at their default, by their names in the settings page."""


class Configure(_Message):
    """The user's settings changed; they hold from the next run on."""

    type: Literal["configure"] = "configure"
    settings: dict[str, Any]


class StartRun(_Message):
    """Ask the agent for something in this socket's notebook."""

    type: Literal["start_run"] = "start_run"
    run: str
    """Made by the browser: sent twice, it starts once."""
    request: str
    anchor: str | None = None
    """Id of the active cell: new cells go below it."""
    cells: tuple[str, ...] = ()
    """Ids of cells that the request is about: the model is shown them whole, and may rewrite them in place."""
    settings: dict[str, Any] = {}
    """Of this run alone, by their names in the settings page."""
    continues: str | None = None
    """The run after which it comes; None: the newest; empty: it begins the conversation anew.  Another than the newest: a branch."""
    goes_on: bool = False
    """"Continue", or "grant more": it works on the request of the run that it continues."""
    allowed: tuple[str, ...] = ()
    """Classes of effects that the request itself allows."""


class ResumeRun(_Message):
    """Take up a run that was cut off; what may have run is not run again."""

    type: Literal["resume_run"] = "resume_run"
    run: str
    replay: bool = False
    """Run its successful actions again first, where the kernel is another one than theirs."""


class Decide(_Message):
    """The user's word on an action that asked."""

    type: Literal["decide"] = "decide"
    run: str
    action_id: str
    decision: Literal["allow", "deny"]
    code: str | None = None
    """What the user saw, or made of it: exactly that runs."""
    scope: Literal["once", "run"] = "once"
    note: str = ""
    """To the model."""


class QueueRequest(_Message):
    """Ask this when the run that goes on has answered."""

    type: Literal["queue_request"] = "queue_request"
    run: str
    """Id of the run that it will be, made by the browser; one that is queued already is changed."""
    request: str
    anchor: str | None = None
    cells: tuple[str, ...] = ()


class DropQueued(_Message):
    """Take a request out of the queue."""

    type: Literal["drop_queued"] = "drop_queued"
    run: str


class StartQueued(_Message):
    """Ask it now: nothing goes on."""

    type: Literal["start_queued"] = "start_queued"
    run: str


class DeleteConversation(_Message):
    """Delete all that is recorded of this notebook's conversation; its cells stay."""

    type: Literal["delete_conversation"] = "delete_conversation"


class InstallModule(_Message):
    """The user lets a module be installed that an action lacked: a run of its own, `%pip install`, without the model."""

    type: Literal["install_module"] = "install_module"
    run: str
    """Made by the browser: sent twice, it starts once."""
    module: str
    """As it was imported: `sklearn`."""
    anchor: str | None = None
    """Id of the cell that lacked it: the new cell goes below it."""
    continues: str | None = None
    """The run after which it comes, as in `start_run`."""


class ChooseModel(_Message):
    """Ask this model in this notebook's conversation, and in those that begin after it."""

    type: Literal["choose_model"] = "choose_model"
    connection: str
    """Name of a saved connection; empty: as the settings and the server have it."""
    model: str = ""
    """Empty: the connection's own."""


class Steer(_Message):
    """Words for the next step of a run that goes on."""

    type: Literal["steer"] = "steer"
    run: str
    text: str


class StopRun(_Message):
    type: Literal["stop_run"] = "stop_run"
    run: str


class RestartKernel(_Message):
    """The user's answer to `ask_restart`: end the code that nothing else ends; all variables are lost."""

    type: Literal["restart_kernel"] = "restart_kernel"


class Renamed(_Message):
    """The notebook has a new path; the document is the same."""

    type: Literal["renamed"] = "renamed"
    path: str


class Saved(_Message):
    """The browser has written the file."""

    type: Literal["saved"] = "saved"
    hash: str | None = None


class Closing(_Message):
    """The user closes the notebook; a socket that just breaks is only absent."""

    type: Literal["closing"] = "closing"
    keep: bool
    """False: the user discarded unsaved changes."""


class NewConversation(_Message):
    """Begin afresh: later requests are sent without the runs until now."""

    type: Literal["new_conversation"] = "new_conversation"

"""The websocket's two message unions (its text frames; binary frames are Yjs), and the JSON schema TypeScript is generated from."""

import json
import sys
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, RootModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from codeact_jupyter.events import WIRE, Event, Recorded


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


class InstallModule(_Message):
    """The user lets a module be installed that an action lacked: a run of its own, `%pip install`, without the model."""

    type: Literal["install_module"] = "install_module"
    run: str
    """Made by the browser: sent twice, it starts once."""
    module: str
    """As it was imported: `sklearn`."""
    anchor: str | None = None
    """Id of the cell that lacked it: the new cell goes below it."""


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


class Welcome(_Message):
    """Answer to `subscribe`, before the recorded events; sent again when what it says changes."""

    type: Literal["welcome"] = "welcome"
    conversation: str
    live: tuple[str, ...] = ()
    """Runs of this notebook that go on now; one without `run_finished` that is not here was cut off."""
    model: str = ""
    """Its name; empty: none is set up."""
    where: Literal["built-in", "local", "remote"] = "built-in"
    """Where what is sent goes: nowhere, to this machine, or out."""
    problem: str = ""
    """Why no run could start now, and what to do; empty: it could."""
    connection: str = ""
    """Name of the saved connection that was chosen for this conversation; empty: none."""
    format: Literal["code", "tool"] = "code"
    images: bool = False
    """Figures are sent to the model."""
    max_steps: int = 30
    examples: tuple[str, ...] = ()
    """Requests that fit this notebook and the files beside it."""
    file: Literal["same", "ours", "other"] = "same"
    """The file against the document's `base`: the same; changed by our journalled cells only; or changed by somebody else."""
    hash: str | None = None
    """The file's hash now."""


class Typing(_Message):
    """Text as it streams in; never stored, replaced by `model_replied`."""

    type: Literal["typing"] = "typing"
    run: str
    text: str
    """The whole reply so far: a browser that comes late needs no other."""


class Doing(_Message):
    """What a run waits for at this moment; never stored."""

    type: Literal["doing"] = "doing"
    run: str
    what: Literal["thinking", "retrying", "starting_kernel", "waiting_for_cell", "running", "interrupting", "restarting", "saving"]
    detail: str = ""
    """For `retrying`: why, and when again."""


class Save(_Message):
    """Please save: the document has what the last step did."""

    type: Literal["save"] = "save"


class StartKernel(_Message):
    """Please start the notebook's kernel: one started by the browser is attached to it."""

    type: Literal["start_kernel"] = "start_kernel"
    name: str | None = None


class AskRestart(_Message):
    """The code cannot be interrupted: only a restart of the kernel ends it, which the user has to want."""

    type: Literal["ask_restart"] = "ask_restart"
    run: str


class Notice(_Message):
    """Something the user should know that belongs to no run: the file could not be written, …"""

    type: Literal["notice"] = "notice"
    message: str


class Refused(_Message):
    """A message that could not be taken, and what to do."""

    type: Literal["refused"] = "refused"
    message: str
    run: str | None = None
    """Of the `start_run` that was refused: its words are kept in the composer."""


class ClientMessage(
    RootModel[
        Annotated[
            Subscribe
            | Configure
            | StartRun
            | InstallModule
            | ChooseModel
            | Steer
            | StopRun
            | RestartKernel
            | Renamed
            | Saved
            | Closing
            | NewConversation,
            Field(discriminator="type"),
        ]
    ]
):
    """Browser to server."""


class ServerMessage(
    RootModel[
        Annotated[Welcome | Recorded | Typing | Doing | Save | StartKernel | AskRestart | Notice | Refused, Field(discriminator="type")]
    ]
):
    """Server to browser."""


class RunEvent(RootModel[Event]):
    """Names the union for TypeScript."""


SUPERSEDED = 4409
"""Close code of a socket whose notebook was opened in a newer browser document."""


def json_schema() -> dict[str, Any]:
    """The schema of both unions, as `protocol.schema.json` holds it."""
    mode: JsonSchemaMode = "serialization"
    models = [(model, mode) for model in (ClientMessage, ServerMessage, RunEvent)]
    _, schema = models_json_schema(models, title="Protocol")
    for model in schema["$defs"].values():
        for field in model.get("properties", {}).values():
            field.pop("title", None)  # json2ts would make each titled field a type of its own
    return schema


if __name__ == "__main__":
    json.dump(json_schema(), sys.stdout, indent=2)
    sys.stdout.write("\n")

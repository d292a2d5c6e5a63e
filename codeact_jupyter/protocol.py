"""The websocket's two message unions (its text frames; binary frames are Yjs), and the JSON schema TypeScript is generated from."""

import json
import sys
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, RootModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from codeact_jupyter.asked import (
    ChooseModel,
    Closing,
    Configure,
    Decide,
    DeleteConversation,
    DropQueued,
    InstallModule,
    NewConversation,
    QueueRequest,
    Renamed,
    RestartKernel,
    ResumeRun,
    Saved,
    StartQueued,
    StartRun,
    Steer,
    StopRun,
    Subscribe,
)
from codeact_jupyter.events import WIRE, Approval, Event, Recorded


class _Message(BaseModel):
    model_config = WIRE


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
    max_tokens: int = 0
    """Of a run; 0: no limit.  So the next two."""
    max_seconds: float = 0.0
    max_cost: float = 0.0
    approval: Approval = "risky"
    modes: tuple[Approval, ...] = ("risky", "ask", "auto")
    """Those that the user may choose."""
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


class QueuedRequest(_Message):
    """A request that waits for the run that goes on."""

    run: str
    request: str


class Queued(_Message):
    """What waits now, the next first; sent after `welcome`, and whenever it changes."""

    type: Literal["queued"] = "queued"
    requests: tuple[QueuedRequest, ...]


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
            | ResumeRun
            | Decide
            | QueueRequest
            | DropQueued
            | StartQueued
            | DeleteConversation
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
        Annotated[
            Welcome | Recorded | Typing | Doing | Queued | Save | StartKernel | AskRestart | Notice | Refused, Field(discriminator="type")
        ]
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

"""The seams: what the loop asks of its parts.  A fake for a test is a class with these methods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from codeact_jupyter.events import ActionDecided, ActionProposed, Event, Observed, Usage


@dataclass(frozen=True)
class Code:
    """Run this in the kernel: in a new cell, in a scratch cell, or in place of an existing one."""

    source: str
    cell_id: str | None = None
    """Of the cell that is rewritten, or the first characters of its id."""
    scratch: bool = False
    note: str = ""
    """For the model, before its observation: what of its reply was not taken (a second block, …)."""


@dataclass(frozen=True)
class Wait:
    """Go on waiting for the action that still runs."""

    seconds: float


@dataclass(frozen=True)
class Interrupt:
    """Interrupt the action that still runs."""


@dataclass(frozen=True)
class Answer:
    """Say this to the user and stop."""

    text: str


Action = Code | Wait | Interrupt | Answer


@dataclass(frozen=True)
class Reply:
    """What the model said, whole."""

    text: str
    calls: tuple[str, ...] = ()
    usage: Usage = Usage()
    cut: bool = False
    """The model's length limit ended it: what it holds of an action must not run."""


@dataclass(frozen=True)
class Draft:
    """The action so far, in a reply that still streams."""

    code: Code
    complete: bool


@dataclass(frozen=True)
class Name:
    """A name in the kernel."""

    type: str
    shape: str = ""
    bytes: int | None = None
    ours: bool = False
    """Made by the agent, not by the user."""
    texts: tuple[str, ...] = ()
    """Of a text, a path, or what holds such: those that lead somewhere."""


@dataclass(frozen=True)
class Facts:
    """What a judgement may depend on besides the code."""

    names: Mapping[str, Name] = field(default_factory=dict)
    """The kernel's names before it runs."""
    rewrites: frozenset[Literal["theirs", "protected", "expensive"]] = frozenset()
    """Of the cell that it would rewrite: the user's own, tagged `codeact-protected`, tagged `codeact-expensive`.  Empty: a new cell, or
    one of the agent's that nobody tagged."""
    folder: str = ""
    """Absolute; relative paths begin here: the kernel's working folder."""
    root: str = ""
    """Absolute; files below it may be read: the notebook's root.  Empty: the folder."""
    sandboxed: bool = False
    """The kernel has no network, and no files but those of its folder."""


@dataclass(frozen=True)
class Verdict:
    """What a policy says of an action."""

    decision: Literal["allow", "ask", "deny"]
    reason: str = ""
    effects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finished:
    """An action that has come to its end."""

    status: Literal["ok", "error", "interrupted", "unresponsive", "died"]
    """`unresponsive`: nothing short of a restart ends it."""
    outputs: Sequence[Mapping[str, Any]] = ()
    """As nbformat has them, within the cap on a cell."""
    exit_code: int | None = None
    """Of the last `!command`."""
    names: Mapping[str, Name] = field(default_factory=dict)
    """The kernel's names after it, where they could be asked for in the same request."""
    dtypes: Mapping[str, str] = field(default_factory=dict)
    """Column -> type, when the cell's result is a data frame."""
    figures: Mapping[str, str] = field(default_factory=dict)
    """What its images show, in the words of the live figures; by `output_text.image_keys`."""
    kernel_exits: bool = False
    """The code asked the kernel to end (`exit()`): it is about to be gone."""
    restarted: bool = False
    """The kernel died or was restarted meanwhile, and runs again: all variables are lost."""


class Listener(Protocol):
    """Hears a reply while it streams."""

    def begin(self) -> None:
        """A try begins; what came before is void."""

    def text(self, delta: str) -> bool:
        """False: enough, close the stream."""

    def call(self, name: str, arguments: str) -> bool:
        """The reply's first native call, as far as it has come; False: it is complete."""


class Model(Protocol):
    """Answers chat messages."""

    async def reply(self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]], listener: Listener) -> Reply:
        """Raises `ModelError` when no usable reply can be had, `ContextExceeded` when the messages are too long."""


class Prompt(Protocol):
    """Holds the context (notebook, kernel's names: frozen in the run's first message) and the memory (what of the history is sent)."""

    async def messages(self, history: Sequence[Event]) -> list[dict[str, Any]]:
        """The request for the next step."""

    def shrink(self) -> bool:
        """Send less of what was observed long ago; False when nothing is left to leave out."""


class ActionFormat(Protocol):
    """How an action is written in a reply."""

    tools: Sequence[Mapping[str, Any]]
    """Native tools to offer; empty for the formats in text."""

    def draft(self, text: str) -> Draft | None:
        """What a reply that still streams has of an action; None: nothing yet."""

    def draft_call(self, name: str, arguments: str) -> Draft | None:
        """The same of a native call that still streams."""

    def parse(self, reply: Reply, history: Sequence[Event]) -> Action:
        """Raises `ActionParseError`, with words for the model, when the reply is neither an action nor an answer."""


class Policy(Protocol):
    async def judge(self, action: Code, facts: Facts) -> Verdict:
        """Whether the action may run as things stand, or has to ask first."""


class Approver(Protocol):
    async def decide(self, proposed: ActionProposed, verdict: Verdict) -> ActionDecided:
        """Asked for every action, so that one place knows the mode; returns at once when nobody has to be asked."""


class OutputSink(Protocol):
    """A cell as the kernel sees it.  What it is given replaces or extends what it shows."""

    def running(self) -> None:
        """The kernel has begun: outputs are emptied, the prompt shows `[*]`."""

    def append(self, output: Mapping[str, Any]) -> None:
        """One output more at the end; a stream that goes on (same name) is joined to it."""

    def replace(self, outputs: Sequence[Mapping[str, Any]]) -> None:
        """These are all the outputs now: after clear_output, `\\r`, or the update of a display."""

    def ended(self, execution_count: int | None) -> None:
        """The kernel is done with the cell: the prompt shows the count."""


class Notebook(Protocol):
    """Every call is journalled with the cell's state before and after."""

    def open_cell(self, code: Code, proposal: bool = False) -> str:
        """Id of a cell for this code: new below the run's last one, or an empty anchor, or the one that it rewrites.

        `proposal`: it is not decided yet; a rewrite is put in a new cell below the other, which stays as it is until `settle`.
        Raises `CellRefused`, with words for the model, when that one may not be rewritten.
        """

    def write(self, cell_id: str, source: str) -> None:
        """Make this the cell's source; while it streams only what is new is added, so that typing beside it survives."""

    def source(self, cell_id: str) -> str | None:
        """What the document holds, read back; None: the cell is gone."""

    def discard(self, cell_id: str) -> None:
        """Of a try that came to nothing: as it was before `open_cell`."""

    def sink(self, cell_id: str) -> OutputSink: ...

    def facts(self, code: Code) -> Facts:
        """What the notebook knows for judging this; a cell that is a proposal stands for the one that it is to rewrite.

        Raises `CellRefused` as `open_cell` does.
        """

    def settle(self, cell_id: str) -> str:
        """The action that was proposed in this cell is about to run; the cell where it runs.

        That is another one where it was proposed below a cell of the user's, which it takes the place of only now.
        """

    async def save(self) -> None:
        """The step is over, and recorded: have the file written.  Raises `NotebookError`."""

    async def finish(self) -> None:
        """The run ends: tidy, and have it saved.  Raises `NotebookError`."""


class Execution(Protocol):
    """Code that was sent to the kernel."""

    def outputs(self) -> Sequence[Mapping[str, Any]]:
        """What came so far, as nbformat has it."""

    async def wait(self, seconds: float) -> Finished | None:
        """None: it still runs, these seconds after it began or after it was last asked."""

    async def interrupt(self) -> Finished:
        """Climbs the ladder; always comes back."""


class Kernel(Protocol):
    """The notebook's kernel, with a client of our own."""

    async def ready(self) -> str:
        """Have the kernel at hand; which process it is, in words that no other one has.  Raises `KernelError`."""

    async def start(self, source: str, sink: OutputSink, msg_id: str) -> Execution:
        """Send code.  Raises `KernelError` when there is no kernel to be had."""


class Observe(Protocol):
    def __call__(self, action_id: str, finished: Finished | None, so_far: Sequence[Mapping[str, Any]] = ()) -> Observed:
        """`finished` None: it still runs, and `so_far` is what it has put out."""


class Check(Protocol):
    """An answer's judge: an evaluation's scorer, a critic, or nobody."""

    async def __call__(self, answer: str) -> str | None:
        """Feedback for the model, or None: accepted."""


@dataclass(frozen=True)
class Parts:
    """What a run is made of: one of each port."""

    model: Model
    prompt: Prompt
    format: ActionFormat
    policy: Policy
    approver: Approver
    notebook: Notebook
    kernel: Kernel
    observe: Observe
    check: Check | None = None

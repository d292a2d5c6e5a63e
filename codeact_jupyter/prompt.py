"""History -> chat messages.

system, the conversation's earlier runs in short, then this run: the context (frozen) with the request, and replies and observations in
turn.  What changed meanwhile, the user's steering and the count-down stand inside an observation, so that each request begins with the
last one's bytes and providers' prompt caches hit.  How a turn is written is `turns`'.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Literal

from codeact_jupyter.events import ActionProposed, ActionStarted, Event, ModelReplied, Observed, Resumed, RunFinished, Steered, UserAsked
from codeact_jupyter.memory import Memory, line, pictured, short
from codeact_jupyter.position import this_request
from codeact_jupyter.turns import Message, Turns, message

ID = 8
"""Characters of a cell's id that the model is told: enough to name it."""

CUT_OFF = "The run was cut off before this reply was taken up: nothing of it ran. Reply again."

WAITING = {
    "code": 'Reply <wait seconds="60"/> to go on waiting, <interrupt/> to end it, or answer (an answer interrupts it).',
    "tool": "Call wait to go on waiting, interrupt to end it, or answer without a call (an answer interrupts it).",
}


@dataclass(frozen=True)
class _Told:
    """What the model is told after a reply."""

    text: str
    images: tuple[str, ...] = ()
    cell: str = ""
    """Id of the cell that it is of: by that the model may rewrite it."""
    goes_on: bool = False
    """With it a run begins that goes on with the request of the one before."""


def system(format: str) -> str:
    """The system message for an action format: who the agent is, and how a reply is written."""
    prompts = files("codeact_jupyter") / "prompts"
    return "\n".join((prompts / name).read_text(encoding="utf-8") for name in ("system.md", f"{format}.md"))


class Conversation:
    """The prompt of one run.  `look` gives the context as text; it is asked once, at the run's first step.

    `picture` gives an image, by its key, as a URL that holds it; None: images are not sent.
    """

    def __init__(
        self,
        system: str,
        look: Callable[[], Awaitable[str]],
        steps: int,
        format: str = "code",
        picture: Callable[[str], Awaitable[str | None]] | None = None,
    ):
        self._system, self._look, self._steps, self._format, self._picture = system, look, steps, format, picture
        self._context: str | None = None
        self._memory = Memory()
        self._observations = 0
        self._history: Sequence[Event] = ()

    async def messages(self, history: Sequence[Event]) -> list[Message]:
        if self._context is None:
            self._context = await self._look()
        self._history = history
        run = this_request(history)
        told = _told(run, WAITING[self._format])
        self._observations = sum(isinstance(turn, _Told) for turn in told)
        request = next((event.text for event in run if isinstance(event, UserAsked)), "")
        turns = Turns(native=self._format == "tool")
        turns.add(message("system", self._system))
        _earlier(turns, history[: len(history) - len(run)], self._memory.earlier)
        turns.add(message("user", f"{self._context}\n\nRequest:\n{request}\n\n{self._left(0)}".lstrip()))
        await self._this(turns, told)
        return turns.messages

    async def again(self) -> list[Message]:
        """The last request, as it is with what was changed since."""
        return await self.messages(self._history)

    def without(self, what: Literal["tools", "images"]) -> None:
        """The server does not take these: the run goes on without."""
        if what == "images":
            self._picture = None
        else:
            self._system, self._format = system("code"), "code"

    def shrink(self) -> bool:
        smaller = self._memory.shrunk(self._observations)
        self._memory = smaller or self._memory
        return smaller is not None

    async def _this(self, turns: Turns, told: Sequence[ModelReplied | _Told]) -> None:
        used, seen = -sum(isinstance(turn, ModelReplied) for turn in told[: _begun(told)]), 0
        shown = pictured([bool(turn.images) for turn in told if isinstance(turn, _Told)], self._memory.masked)
        for turn in told:
            if isinstance(turn, ModelReplied):
                used += 1
                turns.reply(turn, whole=True)
            else:
                text = line(turn.text) if seen < self._memory.masked else turn.text
                urls = await self._urls(turn.images) if seen in shown else []
                seen += 1
                cell = f"(Cell {turn.cell[:ID]}.) " if turn.cell else ""
                left = self._left(used) if used >= 0 else ""
                turns.tell(f"{text}\n\n{cell}{left}".rstrip(), urls)

    async def _urls(self, images: Sequence[str]) -> list[str]:
        found = [await self._picture(key) for key in images] if self._picture else []
        return [url for url in found if url]

    def _left(self, used: int) -> str:
        left = self._steps - used
        if left <= 0:
            return "No steps are left. Give the best answer you can from what was observed; code will not run."
        return "You have 1 step left: answer now with what you have seen." if left == 1 else f"You have {left} steps left."


def _begun(told: Sequence[ModelReplied | _Told]) -> int:
    """Where the run that goes on now begins."""
    return max((at for at, turn in enumerate(told) if isinstance(turn, _Told) and turn.goes_on), default=0)


def _told(run: Sequence[Event], waiting: str) -> list[ModelReplied | _Told]:
    """Replies and what is said to each; words of the user and losses of the kernel wait for the next observation."""
    told: list[ModelReplied | _Told] = []
    besides: list[str] = []
    cells: dict[str | None, str] = {}
    taken_up = True
    """What the last reply wants was proposed."""
    for event in run:
        match event:
            case ModelReplied():
                told.append(event)
                taken_up = False
            case ActionProposed(action_id=action, cell_id=cell_id):
                taken_up = True
                if not event.scratch:
                    cells[action] = cell_id
            case ActionStarted(action_id=action, cell_id=str() as cell_id) if action in cells:
                cells[action] = cell_id
            case UserAsked(goes_on=True, text=text) if event is not run[0]:
                told.append(_Told("\n\n".join([*besides, f"The user says: {text}"]), goes_on=True))
                besides = []
            case Steered(text=text):
                besides.append(f"The user says now: {text}")
            case Resumed() if not taken_up:
                told.append(_Told(CUT_OFF))
            case Observed(action_id=None, status="died", text=text):
                besides.append(text)
            case Observed(text=text, images=images):
                words = f"{text} {waiting}" if event.status == "running" else text
                new = _Told("\n\n".join([words, *besides]), images, cells.get(event.action_id, ""))
                besides = []
                if told and isinstance(last := told[-1], _Told):  # still running, then interrupted by the answer: one message
                    told[-1] = replace(last, text=f"{last.text}\n\n{new.text}", images=tuple(dict.fromkeys((*last.images, *images))))
                else:
                    told.append(new)
            case _:
                pass
    if besides and _taken_up_anew(run):
        told.append(_Told("\n\n".join(besides)))
    return told


def _taken_up_anew(run: Sequence[Event]) -> bool:
    """It was cut off, and no reply came since: what is told besides cannot wait for an observation."""
    last = next((event for event in reversed(run) if isinstance(event, ModelReplied | Resumed)), None)
    return isinstance(last, Resumed)


def _earlier(turns: Turns, history: Sequence[Event], runs: int) -> None:
    """The runs before this one, in short; only the last `runs` of them."""
    begun = [index for index, event in enumerate(history) if isinstance(event, UserAsked)]
    start = begun[-runs] if runs and len(begun) >= runs else 0 if runs and begun else len(history)
    turns.skip(sum(isinstance(event, ModelReplied) for event in history[:start]))
    for event in history[start:]:
        match event:
            case UserAsked(text=text):
                turns.add(message("user", f"Request:\n{text}"))
            case ModelReplied():
                turns.reply(event, whole=False)
            case Observed(text=text):
                turns.tell(short(text))
            case RunFinished(reason="answered" | "limit", answer=str() as answer):
                turns.end(short(answer, 2000))
            case RunFinished(message=words):
                turns.end(f"({words})")
            case _:
                pass

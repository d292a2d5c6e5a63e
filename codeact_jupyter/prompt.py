"""History -> chat messages.

system, the conversation's earlier runs in short, then this run: the context (frozen) with the request, and replies and observations in
turn.  What changed meanwhile, the user's steering and the count-down stand inside an observation, so that each request begins with the
last one's bytes and providers' prompt caches hit.  How a turn is written is `turns`'.
"""

from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from typing import Literal

from codeact_jupyter.events import Event, ModelReplied, Observed, RunFinished, UserAsked
from codeact_jupyter.memory import Memory, line, pictured, short
from codeact_jupyter.position import this_request
from codeact_jupyter.told import Told, begun, told
from codeact_jupyter.turns import Message, Turns, message

ID = 8
"""Characters of a cell's id that the model is told: enough to name it."""

WAITING = {
    "code": 'Reply <wait seconds="60"/> to go on waiting, <interrupt/> to end it, or answer (an answer interrupts it).',
    "tool": "Call wait to go on waiting, interrupt to end it, or answer without a call (an answer interrupts it).",
    "json": 'Call {"tool": "wait", "args": [60]} to go on waiting, {"tool": "interrupt", "args": []} to end it, or answer.',
    "text": "Call `wait, 60` to go on waiting, `interrupt` to end it, or answer (an answer interrupts it).",
    "flow": 'Act by {"call": "wait", "args": [60]} to go on waiting, {"call": "interrupt"} to end it, or answer (an answer interrupts it).',
}


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
        turned = told(run, WAITING[self._format])
        self._observations = sum(isinstance(turn, Told) for turn in turned)
        request = next((event.text for event in run if isinstance(event, UserAsked)), "")
        turns = Turns(native=self._format == "tool")
        turns.add(message("system", self._system))
        _earlier(turns, history[: len(history) - len(run)], self._memory.earlier)
        turns.add(message("user", f"{self._context}\n\nRequest:\n{request}\n\n{self._left(0)}".lstrip()))
        await self._this(turns, turned)
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

    async def _this(self, turns: Turns, told: Sequence[ModelReplied | Told]) -> None:
        used, seen = -sum(isinstance(turn, ModelReplied) for turn in told[: begun(told)]), 0
        shown = pictured([bool(turn.images) for turn in told if isinstance(turn, Told)], self._memory.masked)
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

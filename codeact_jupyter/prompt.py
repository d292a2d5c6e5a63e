"""History -> chat messages.

system, the conversation's earlier runs in short, then this run: the context (frozen) with the request, and replies and observations in
turn.  What changed meanwhile, the user's steering and the count-down stand inside an observation, so that each request begins with the
last one's bytes and providers' prompt caches hit.
"""

from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from typing import Any

from codeact_jupyter.events import Event, ModelReplied, Observed, RunFinished, Steered, UserAsked
from codeact_jupyter.memory import Memory, line, short
from codeact_jupyter.position import this_run

Message = dict[str, Any]


def system(format: str) -> str:
    """The system message for an action format: who the agent is, and how a reply is written."""
    prompts = files("codeact_jupyter") / "prompts"
    return "\n".join((prompts / name).read_text(encoding="utf-8") for name in ("system.md", f"{format}.md"))


class Conversation:
    """The prompt of one run.  `look` gives the context as text; it is asked once, at the run's first step."""

    def __init__(self, system: str, look: Callable[[], Awaitable[str]], steps: int):
        self._system, self._look, self._steps = system, look, steps
        self._context: str | None = None
        self._memory = Memory()
        self._observations = 0

    async def messages(self, history: Sequence[Event]) -> list[Message]:
        if self._context is None:
            self._context = await self._look()
        run = this_run(history)
        turns = _turns(run)
        self._observations = sum(isinstance(turn, str) for turn in turns)
        request = next((event.text for event in run if isinstance(event, UserAsked)), "")
        first = f"{self._context}\n\nRequest:\n{request}\n\n{self._left(0)}".lstrip()
        before = history[: len(history) - len(run)]
        return _alternate(
            [_message("system", self._system), *_earlier(before, self._memory.earlier), _message("user", first), *self._this(turns)]
        )

    def shrink(self) -> bool:
        smaller = self._memory.shrunk(self._observations)
        self._memory = smaller or self._memory
        return smaller is not None

    def _this(self, turns: Sequence[ModelReplied | str]) -> list[Message]:
        said, used, seen = [], 0, 0
        for turn in turns:
            if isinstance(turn, ModelReplied):
                used += 1
                said.append(_message("assistant", turn.text or "(empty)"))
            else:
                text = line(turn) if seen < self._memory.masked else turn
                seen += 1
                said.append(_message("user", f"Observation:\n{text}\n\n{self._left(used)}"))
        return said

    def _left(self, used: int) -> str:
        left = self._steps - used
        if left <= 0:
            return "No steps are left. Give the best answer you can from what was observed; code will not run."
        return "You have 1 step left: answer now with what you have seen." if left == 1 else f"You have {left} steps left."


def _turns(run: Sequence[Event]) -> list[ModelReplied | str]:
    """Replies and what is said to each; words of the user and losses of the kernel wait for the next observation."""
    turns: list[ModelReplied | str] = []
    waiting: list[str] = []
    for event in run:
        match event:
            case ModelReplied():
                turns.append(event)
            case Steered(text=text):
                waiting.append(f"The user says now: {text}")
            case Observed(action_id=None, status="died", text=text):
                waiting.append(text)
            case Observed(text=text):
                said = "\n\n".join([text, *waiting])
                waiting = []
                if turns and isinstance(turns[-1], str):  # still running, then interrupted by the answer: one message
                    turns[-1] = f"{turns[-1]}\n\n{said}"
                else:
                    turns.append(said)
            case _:
                pass
    return turns


def _earlier(history: Sequence[Event], runs: int) -> list[Message]:
    said: list[list[Message]] = []
    for event in history:
        match event:
            case UserAsked(text=text):
                said.append([_message("user", f"Request:\n{text}")])
            case ModelReplied(text=text) if said:
                said[-1].append(_message("assistant", short(text, 2000)))
            case Observed(text=text) if said:
                said[-1].append(_message("user", f"Observation:\n{short(text)}"))
            case RunFinished(reason="answered" | "limit", answer=str() as answer) if said:
                if said[-1][-1]["role"] == "user":
                    said[-1].append(_message("assistant", short(answer, 2000)))
            case RunFinished(message=message) if said and said[-1][-1]["role"] == "user":
                said[-1].append(_message("assistant", f"({message})"))
            case _:
                pass
    return [message for run in said[-runs:] for message in run] if runs else []


def _message(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def _alternate(messages: Sequence[Message]) -> list[Message]:
    """Many chat templates refuse two messages of one role in a row: they are joined."""
    joined: list[Message] = []
    for message in messages:
        if joined and joined[-1]["role"] == message["role"]:
            joined[-1] = _message(message["role"], f"{joined[-1]['content']}\n\n{message['content']}")
        else:
            joined.append(message)
    return joined

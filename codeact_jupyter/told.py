"""What the model is told after each of its replies, from what is recorded of a run.  Pure; begin with `told`."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from codeact_jupyter.events import ActionProposed, ActionStarted, Event, ModelReplied, Observed, Resumed, Steered, UserAsked

CUT_OFF = "The run was cut off before this reply was taken up: nothing of it ran. Reply again."


@dataclass(frozen=True)
class Told:
    """What the model is told after a reply."""

    text: str
    images: tuple[str, ...] = ()
    cell: str = ""
    """Id of the cell that it is of: by that the model may rewrite it."""
    goes_on: bool = False
    """With it a run begins that goes on with the request of the one before."""


@dataclass
class _Telling:
    turns: list[ModelReplied | Told] = field(default_factory=list)
    besides: list[str] = field(default_factory=list)
    """Words of the user and losses of the kernel: they wait for the next observation."""
    cells: dict[str | None, str] = field(default_factory=dict)
    proposed: bool = True
    """What the last reply wants was taken up."""
    anew: bool = False
    """It was cut off, and no reply came since: what is told besides cannot wait."""

    def observe(self, observed: Observed, waiting: str) -> None:
        words = f"{observed.text} {waiting}" if observed.status == "running" else observed.text
        new = Told(self.with_besides(words), observed.images, self.cells.get(observed.action_id, ""))
        if self.turns and isinstance(last := self.turns[-1], Told):  # still running, then interrupted by the answer: one message
            images = tuple(dict.fromkeys((*last.images, *new.images)))
            self.turns[-1] = replace(last, text=f"{last.text}\n\n{new.text}", images=images)
        else:
            self.turns.append(new)

    def with_besides(self, words: str) -> str:
        text, self.besides = "\n\n".join([words, *self.besides]), []
        return text

    def hear(self, event: Event) -> None:
        match event:
            case ModelReplied():
                self.turns.append(event)
                self.proposed = self.anew = False
            case ActionProposed(action_id=action, cell_id=cell_id):
                self.proposed = True
                if not event.scratch:
                    self.cells[action] = cell_id
            case ActionStarted(action_id=action, cell_id=str() as cell_id) if action in self.cells:
                self.cells[action] = cell_id
            case Steered(text=text):
                self.besides.append(f"The user says now: {text}")
            case Observed(action_id=None, status="died", text=text):
                self.besides.append(text)
            case Resumed():
                self.anew = True
                if not self.proposed:
                    self.turns.append(Told(CUT_OFF))
            case _:
                pass


def told(run: Sequence[Event], waiting: str) -> list[ModelReplied | Told]:
    """Replies and what is said to each; `waiting`: what the model can do while its action still runs."""
    telling = _Telling()
    for event in run:
        if isinstance(event, Observed) and (event.action_id is not None or event.status != "died"):
            telling.proposed = True
            telling.observe(event, waiting)
        elif isinstance(event, UserAsked) and event.goes_on and event is not run[0]:
            telling.turns.append(Told(telling.with_besides(f"The user says: {event.text}"), goes_on=True))
        else:
            telling.hear(event)
    if telling.besides and telling.anew:
        telling.turns.append(Told("\n\n".join(telling.besides)))
    return telling.turns


def begun(turns: Sequence[ModelReplied | Told]) -> int:
    """Where the run that goes on now begins."""
    return max((at for at, turn in enumerate(turns) if isinstance(turn, Told) and turn.goes_on), default=0)

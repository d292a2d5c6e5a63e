"""What the agent may do at any moment, as rules; each mount adds what its user may do."""

from typing import Any, Literal, Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from codeact_jupyter.errors import CellRefused
from tests.invariants.agent import Agent
from tests.invariants.copies import Cell

PICK = st.integers(0, 40)
OUTPUTS: list[dict[str, Any]] = [
    {"output_type": "stream", "name": "stdout", "text": "ä 🎉\n"},
    {"output_type": "stream", "name": "stdout", "text": "more "},
    {"output_type": "stream", "name": "stderr", "text": "oh\n"},
    {"output_type": "display_data", "data": {"text/plain": "<Figure>", "image/png": "iVBORw0KGgo="}, "metadata": {"width": 3}},
    {"output_type": "display_data", "data": {"application/json": {"b": [1, {"a": None}], "a": 0.5}}, "metadata": {}},
    {"output_type": "error", "ename": "KeyError", "evalue": "'x'", "traceback": ["a", "b"]},
]
OUTPUT = st.integers(0, len(OUTPUTS) - 1)


class World(Protocol):
    agent: Agent
    minor: int

    def do(self, work: Any) -> Any: ...

    def settle(self) -> None: ...

    def cells(self) -> list[Cell]: ...

    def names(self) -> list[str]: ...

    def check_all(self) -> None: ...

    def crash(self) -> None: ...

    def end(self) -> None: ...


class AgentRules(RuleBasedStateMachine):
    """`world` is made by each mount."""

    world: World

    @property
    def agent(self) -> Agent:
        return self.world.agent

    def name(self, pick: int) -> str:
        """Of some cell that the user sees."""
        names = self.world.names()
        return names[pick % len(names)] if names else ""

    @property
    def ready(self) -> bool:
        return True

    @precondition(lambda self: self.agent.phase == "none" and self.ready)
    @rule(pick=PICK, anchored=st.booleans(), failed=st.sampled_from(["keep", "fold", "remove"]), keep_scratch=st.booleans())
    def a_run_begins(self, pick: int, anchored: bool, failed: Literal["keep", "fold", "remove"], keep_scratch: bool) -> None:
        anchor = self.world.anchor(pick) if anchored else None
        self.world.do(self.agent.begin(anchor, failed=failed, keep_scratch=keep_scratch))

    @precondition(lambda self: self.agent.phase == "idle")
    @rule(scratch=st.booleans(), lines=st.integers(1, 3))
    def a_reply_begins(self, scratch: bool, lines: int) -> None:
        self.agent.open(scratch, lines)
        self.world.settle()

    @precondition(lambda self: self.agent.phase == "writing")
    @rule(characters=st.integers(1, 30))
    def it_streams(self, characters: int) -> None:
        self.agent.stream(characters)
        self.world.settle()

    @precondition(lambda self: self.agent.phase == "writing")
    @rule()
    def it_breaks_off(self) -> None:
        self.agent.lose()
        self.world.settle()

    @precondition(lambda self: self.agent.phase == "writing")
    @rule(asks=st.booleans())
    def it_is_complete(self, asks: bool) -> None:
        self.agent.propose()
        if not asks:
            self.agent.decide(True)
        self.world.settle()

    @precondition(lambda self: self.agent.phase == "idle")
    @rule(pick=PICK, asks=st.booleans())
    def a_cell_is_to_be_rewritten(self, pick: int, asks: bool) -> None:
        name = self.name(pick)
        if name in self.agent.ours or (asks and self.world.minor >= 5):
            try:
                self.world.do(self.agent.rewrite(name, asks))
            except CellRefused:
                self.agent.refused()
        self.world.settle()

    @precondition(lambda self: self.agent.phase == "asking")
    @rule(allow=st.booleans())
    def the_user_decides(self, allow: bool) -> None:
        try:
            self.agent.decide(allow)
        except CellRefused:
            self.agent.refused()
        self.world.settle()

    @precondition(lambda self: self.agent.phase == "running")
    @rule(output=OUTPUT)
    def it_puts_out(self, output: int) -> None:
        self.agent.put_out(OUTPUTS[output])
        self.world.settle()

    @precondition(lambda self: self.agent.phase == "running")
    @rule(outputs=st.lists(st.integers(1, 4), max_size=3, unique=True))
    def it_clears_or_updates(self, outputs: list[int]) -> None:
        self.agent.show_anew([OUTPUTS[each] for each in outputs])
        self.world.settle()

    @precondition(lambda self: self.agent.phase == "running")
    @rule(status=st.sampled_from(["ok", "ok", "error"]))
    def it_ends(self, status: Literal["ok", "error"]) -> None:
        self.world.do(self.agent.end(status))
        self.world.settle()

    # most of what happens in a notebook at work is the agent's doing: without these hardly a run would come to its end

    @rule(pick=PICK, output=OUTPUT)
    def it_goes_on(self, pick: int, output: int) -> None:
        match self.agent.phase:
            case "none" if self.ready:
                self.a_run_begins(pick, pick % 2 == 0, "fold", False)
            case "idle":
                self.a_reply_begins(pick % 5 == 0, 1 + pick % 3)
            case "writing":
                self.it_is_complete(pick % 3 == 0)
            case "asking":
                self.the_user_decides(pick % 4 > 0)
            case "running":
                self.it_puts_out(output)
                self.it_ends("error" if pick % 5 == 0 else "ok")

    @rule(pick=PICK, output=OUTPUT)
    def it_goes_on_and_on(self, pick: int, output: int) -> None:
        for _ in range(4):
            self.it_goes_on(pick, output)
            self.world.check_all()

    also = it_goes_on
    and_so = it_goes_on_and_on

    @precondition(lambda self: self.agent.phase == "idle")
    @rule()
    def the_run_ends(self) -> None:
        self.world.do(self.agent.finish())
        self.world.settle()

    @invariant()
    def all_is_as_promised(self) -> None:
        self.world.check_all()

    def teardown(self) -> None:
        self.world.end()

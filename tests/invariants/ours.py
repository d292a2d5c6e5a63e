"""A cell of the agent's, as it should be in each copy of the notebook."""

import copy
from dataclasses import dataclass, field
from typing import Any, Literal

from codeact_jupyter.notebook.content import joined
from tests.invariants.copies import Cell, same

Output = dict[str, Any]


@dataclass
class Ours:
    """A cell of the agent's, as it should be."""

    id: str
    name: str
    source: str = ""
    outputs: list[Output] = field(default_factory=list)
    count: int | None = None
    there: Literal["yes", "no", "maybe"] = "yes"
    loose: bool = False
    """The user had a hand in it: what it holds is theirs to say."""
    taken: bool = False
    """It was the user's."""
    withdrawn: bool = False
    undone: bool = False
    """The user deleted it, and undid that: the file may have been written in between."""
    cut: bool = False
    """Another program took it out of the file, while a page still shows it."""

    def put_out(self, output: Output) -> None:
        last = self.outputs[-1] if self.outputs else {}
        if output["output_type"] == "stream" and (last.get("output_type"), last.get("name")) == ("stream", output["name"]):
            last["text"] += output["text"]
        else:
            self.outputs.append(copy.deepcopy(output))

    def check(self, found: Cell | None, where: str) -> None:
        if found is None:
            assert self.there != "yes", f"{self.name} is lost from {where}"
            return
        assert self.there != "no", f"{self.name} has come back into {where}"
        if not self.loose and found["cell_type"] == "code":
            flat = joined(found)
            assert flat["source"] == self.source, f"{self.name} in {where} holds another source"
            assert same(flat["outputs"]) == same(self.outputs), f"{self.name} in {where} shows other outputs"
            assert flat["execution_count"] == self.count, f"{self.name} in {where} has another count"

"""What an evaluation recorded is exported with the words that its model was told, and replayed with its tools."""

import json
from pathlib import Path

from codeact_jupyter.config import Settings
from codeact_jupyter.evals.task import Brief, Checking, Look, Score, Tool
from codeact_jupyter.evals.trial import Condition, Trial
from codeact_jupyter.testing import ScriptedServer, say
from tests.commandline import Place


class Doubled:
    """One tool, which is not Python's own."""

    name = "doubled/21"
    checking: Checking = "each answer"
    brief = Brief(
        "What is twice(21)?", (Tool("twice", "Doubles.", "twice(n: int) -> int"),), "def twice(n):\n    return 2 * n", context=False
    )

    async def score(self, answer: str | None, look: Look) -> Score:
        return Score(answer == "42", answer == "42")


async def test_a_trial_is_exported_with_its_system_message_and_replayed_with_its_tools(tmp_path: Path, place: Place) -> None:
    script = ['Thought: double. Action: {"tool": "twice", "args": [21]} End Action', "Answer: 41", "Answer: 42"]
    async with ScriptedServer([say(text) for text in script]) as model:
        settings = Settings(model="m", base_url=model.url, max_steps=10)
        row = await Trial(Doubled(), Condition("doubled", "json", settings), tmp_path / "events.jsonl").run()
        sent = model.requests[-1]["messages"]
    assert (row.success_fixed, row.turns) == (True, 3)

    assert place.run("import", str(tmp_path / "events.jsonl")).returncode == 0
    assert place.run("export", "--to", "codeact", str(tmp_path / "out.jsonl")).returncode == 0
    (line,) = (tmp_path / "out.jsonl").read_text().splitlines()
    exported = [(each["role"], each["content"]) for each in json.loads(line)["conversations"]]
    assert exported[:-1] == [(each["role"], each["content"]) for each in sent]
    assert "Signature: twice(n: int) -> int" in exported[0][1]

    run = json.loads(place.run("runs", "--json").stdout)[0]["run"]
    replayed = place.run("replay", run)
    assert (replayed.returncode, "The same came out." in replayed.stdout) == (0, True), replayed.stdout + replayed.stderr

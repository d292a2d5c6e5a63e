"""API-Bank, level 1: 389 calls of the APIs that a dialogue needs, read from a clone (AlibabaResearch/DAMO-ConvAI, or code-act's copy).

Nothing of it is shipped.  The APIs run in the trial's kernel with databases as the dialogue left them (`inside.py`); the call that was
made is then judged by the benchmark's own code in a process of its own, and by name and arguments.
"""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from codeact_jupyter.errors import SuiteError
from codeact_jupyter.evals.suites.apibank.dialogues import SAMPLES, Api, Moment, apis, database, moments, text
from codeact_jupyter.evals.suites.apibank.rules import same_call
from codeact_jupyter.evals.suites.shipped import needed
from codeact_jupyter.evals.task import Brief, Checking, Look, Score, Tool

FORMATS = ("code", "json", "text", "flow", "tool")
INSIDE = Path(__file__).with_name("inside.py")
JUDGING_SECONDS = 60.0
WHERE = (
    "Clone https://github.com/AlibabaResearch/DAMO-ConvAI (folder api-bank) or https://github.com/xingyaoww/code-act "
    "(folder scripts/eval/api-bank), and name it with --data."
)
REQUEST = "You assist a user by calling APIs. It is the year 2023. This was said and done until now:"
ASK = "Call the one API that comes next, with the arguments that the conversation gives. Do only that: a single call, and no answer."
ROLES = {"User": "User", "AI": "You"}


@dataclass(frozen=True)
class CallTask:
    """One call of a dialogue."""

    name: str
    brief: Brief
    world: Mapping[str, Any]
    gold: Mapping[str, Any]
    """`name`, `given`, `result`."""
    checking: Checking = "at the end"

    @property
    def runs(self) -> bool:
        """False: its API needs a package or the network, so that only the call itself can be judged."""
        return bool(self.world["apis"][self.gold["name"]]["source"])

    async def score(self, answer: str | None, look: Look) -> Score:
        """The first call that was made, whatever was said."""
        looked = await look("print(_codeact_told())")
        calls = json.loads(looked.text) if looked.ok and looked.text else []
        detail: dict[str, Any] = {"runs": self.runs, "calls": len(calls)}
        if not calls:
            return Score(False, False, detail)
        call = calls[0]
        detail |= {"called": call["name"], "given": call["given"]}
        named = call["name"] == self.gold["name"]
        same = named and same_call(call["given"], self.gold["given"], self.world["apis"][call["name"]]["parameters"])
        if not named or not self.runs:
            return Score(same, same, detail)
        found = await _judged({"world": self.world, "call": call, "gold": self.gold})
        led = _same_outcome(call, found)
        return Score(found["reference"], same or led, detail | {"same_call": same, "same_outcome": led, "why": found["why"]})


@dataclass(frozen=True)
class CallSuite:
    """The calls of the clone's dialogues, in the order of their files."""

    place: Path
    name: str = "apibank"
    formats: Sequence[str] = FORMATS
    _databases: dict[str, Any] = field(default_factory=dict)

    def names(self) -> Sequence[str]:
        return tuple(self._moments)

    def task(self, name: str) -> CallTask:
        if name not in self._moments:
            raise SuiteError(f"apibank has no task {name!r}.")
        moment = self._moments[name]
        world = self._world(moment)
        brief = Brief(
            f"{REQUEST}\n\n{_told(moment.history)}\n\n{ASK}",
            tools=tuple(_tool(self._apis[api]) for api in moment.apis),
            setup=_setup(world),
            context=False,
            max_steps=1,
        )
        call = moment.call
        return CallTask(name, brief, world, {"name": call["api_name"], "given": call["param_dict"], "result": call["result"]})

    def _world(self, moment: Moment) -> Mapping[str, Any]:
        used = [self._apis[name] for name in moment.apis]
        if any("token" in api.parameters for api in used) and "CheckToken" in self._apis:
            used.append(self._apis["CheckToken"])
        return {
            "apis": {api.name: {"source": api.source, "parameters": api.parameters, "database": api.database} for api in used},
            "base": self._base,
            "databases": {api.database: self._database(api.database) for api in used if api.database and self._file(api.database).exists()},
            "before": [[line["api_name"], line["param_dict"]] for line in moment.history if line["role"] == "API"],
            "offered": list(moment.apis),
        }

    def _file(self, database: str) -> Path:
        return self.place / "init_database" / f"{database}.json"

    def _database(self, name: str) -> object:
        if name not in self._databases:
            self._databases[name] = database(self._file(name))
        return self._databases[name]

    @cached_property
    def _base(self) -> str:
        return needed(text(self.place / "apis" / "api.py"), "API")

    @cached_property
    def _apis(self) -> Mapping[str, Api]:
        return apis(self.place)

    @cached_property
    def _moments(self) -> Mapping[str, Moment]:
        found = moments(self.place)
        if missing := sorted({name for moment in found for name in moment.apis} - self._apis.keys()):
            raise SuiteError(f"{self.place} has dialogues with APIs that it does not have: {', '.join(missing)}.")
        return {moment.name: moment for moment in found}


def load(data: Path | None) -> CallSuite:
    """`data`: the clone, or its folder api-bank."""
    if data is None:
        raise SuiteError(f"apibank does not come with this package. {WHERE}")
    for place in (data, data / "api-bank", data / "scripts" / "eval" / "api-bank"):
        if (place / SAMPLES).is_dir() and (place / "apis" / "api.py").is_file():
            return CallSuite(place.resolve())
    raise SuiteError(f"There are no dialogues of API-Bank in {data}. {WHERE}")


def _told(history: Sequence[Mapping[str, Any]]) -> str:
    """In plain words: the same for all action formats."""
    return "\n".join(_line(line) for line in history)


def _line(line: Mapping[str, Any]) -> str:
    if line["role"] != "API":
        return f"{ROLES[line['role']]}: {line['text']}"
    given = ", ".join(f"{key} = {value}" for key, value in line["param_dict"].items())
    return f"You called {line['api_name']}{' with ' + given if given else ''}. It gave: {line['result']['output']}"


def _tool(api: Api) -> Tool:
    described = [api.description]
    for title, values in (("Arguments", api.parameters), ("Returns", api.returned)):
        described += [f"{title}: " + "; ".join(f"{key} ({value['type']}): {value['description']}" for key, value in values.items())] * bool(
            values
        )
    signature = ", ".join(f"{key}: {value['type']}" for key, value in api.parameters.items())
    return Tool(api.name, "\n".join(described), f"{api.name}({signature})")


def _setup(world: Mapping[str, Any]) -> str:
    """The APIs in a module of their own, their functions in the kernel's namespace."""
    lines = (
        "import json, types",
        "_apis = types.ModuleType('_apis')",
        f"exec({INSIDE.read_text(encoding='utf-8')!r}, vars(_apis))",
        f"globals().update(_apis.opened(json.loads({json.dumps(world)!r})))",
        "del _apis, json, types",
    )
    return "\n".join(lines)


def _same_outcome(call: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Of calls that went well: two that fail alike need not have asked for the same."""
    if "state" not in call or found["state"] is None:
        return False
    one, other = call["result"], found["result"]
    went_well = one["exception"] is None and other["exception"] is None
    return bool(went_well and one["output"] == other["output"] and call["state"] == found["state"])


async def _judged(asked: Mapping[str, Any]) -> dict[str, Any]:
    """By the benchmark's own code, in a process that nothing else shares."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-I", str(INSIDE), stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        out, error = await asyncio.wait_for(process.communicate(json.dumps(asked).encode()), JUDGING_SECONDS)
    except (TimeoutError, asyncio.CancelledError):
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        raise SuiteError(f"The call could not be judged: {error.decode(errors='replace').strip().splitlines()[-1:]}")
    return dict(json.loads(out))

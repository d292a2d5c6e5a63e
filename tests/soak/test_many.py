"""Twenty runs at once, on twenty kernels: each has what is its own, whole and in order, and nothing of another one's."""

import asyncio
import os
import re

from codeact_jupyter.events import ActionProposed, Observed, RunFinished
from codeact_jupyter.testing import Messages
from tests.server.conftest import Scripted, Serve
from tests.server.played import Served
from tests.server.tab import Browser

RUNS = 20
STEPS = 20 if os.environ.get("CODEACT_SOAK") else 3
PATIENCE = 60 + 30 * STEPS

CODE = """
import os
try:
    seen = [*seen, "{who} {step}"]
except NameError:
    seen = ["{who} {step}"]
for number in range(20):
    print("{who} {step} line", number)
{{"seen": seen, "pid": os.getpid()}}
"""


def model(messages: Messages) -> str:
    """Goes on as the request says whose it is: a model that answered a run with another one's step would be seen."""
    text = "\n".join(str(message["content"]) for message in messages)
    (who,) = {found for found in re.findall(r"I am (run\d+)\.", text)}
    step = sum(message["role"] == "assistant" for message in messages)
    if step == STEPS:
        return f"I was {who}."
    return f"{who} says.\n<execute>{CODE.format(who=who, step=step)}</execute>"


async def test_of_many_runs_at_once_no_event_is_lost_or_crossed(serve: Serve, scripted: Scripted) -> None:
    await scripted(fallback=model)
    server = await serve()
    names = [f"run{number:02}" for number in range(RUNS)]
    for name in names:
        server.write(f"{name}.ipynb", f"# of {name}")
    tabs = dict(zip(names, await asyncio.gather(*(opened(server, name) for name in names)), strict=True))

    runs = {name: await tab.ask(f"I am {name}.") for name, tab in tabs.items()}
    answers = await asyncio.gather(*(tabs[name].end(runs[name], PATIENCE) for name in names))
    assert [answer["answer"] for answer in answers] == [f"I was {name}." for name in names]

    for name in names:
        heard_its_own_alone(tabs[name], name, runs[name])
        stored_whole(server, tabs[name], name, runs[name])
    assert len({pid_in(server, runs[name]) for name in names}) == RUNS
    for name, tab in tabs.items():
        await tab.close()
        assert in_the_notebook(server.sources(f"{name}.ipynb")) == {name}


async def opened(server: Served, name: str) -> Browser:
    return await server.browser(f"{name}.ipynb")


def heard_its_own_alone(tab: Browser, name: str, run: str) -> None:
    told = tab.heard("recorded")
    assert {message["run"] for message in told} == {run}
    assert [message["seq"] for message in told] == list(range(1, len(told) + 1))
    assert in_the_notebook(tab.sources()) == {name}
    assert set(re.findall(r"run\d+", "".join(tab.texts()))) == {name}
    assert not any(tab.heard(type) for type in ("refused", "notice"))


def stored_whole(server: Served, tab: Browser, name: str, run: str) -> None:
    recorded = server.extension.store.events(run)
    assert [one.model_dump(mode="json") for one in recorded] == tab.heard("recorded")
    events = [one.event for one in recorded]
    assert len([event for event in events if isinstance(event, ActionProposed)]) == STEPS
    assert isinstance(events[-1], RunFinished)
    observed = [event.text for event in events if isinstance(event, Observed)]
    for step, text in enumerate(observed):
        assert [f"{name} {step} line {number}" in text for number in range(20)] == [True] * 20
    assert f"{[f'{name} {step}' for step in range(STEPS)]}" in observed[-1]  # its kernel has run this, and nothing else


def pid_in(server: Served, run: str) -> str:
    last = [recorded.event for recorded in server.extension.store.events(run) if isinstance(recorded.event, Observed)][-1]
    (pid,) = re.findall(r"'pid': (\d+)", last.text)
    return str(pid)


def in_the_notebook(sources: list[str]) -> set[str]:
    return set(re.findall(r"run\d+", "".join(sources)))

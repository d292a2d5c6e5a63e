"""The runs of all notebooks, as the panel lists them, and the record of one."""

import json
from urllib.parse import urlencode

import pytest
from tornado.httpclient import AsyncHTTPClient

from codeact_jupyter.events import ActionProposed, ApprovalAsked, ModelReplied, Steered, Usage, UserAsked
from codeact_jupyter.testing import say
from tests.server.played import Served, act, refused
from tests.server.tab import until
from tests.server.test_access import MayNotWrite, MayOnly


async def listed(server: Served, **query: str) -> list[dict]:
    answer = await server.fetch("GET", f"codeact/api/runs?{urlencode(query)}")
    return list(json.loads(answer.body)["runs"])


async def record(server: Served, run: str) -> dict:
    return dict(json.loads((await server.fetch("GET", f"codeact/api/run?run={run}")).body))


def states(runs: list[dict]) -> list[tuple[str, str, str]]:
    return [(run["path"], run["request"], run["state"]) for run in runs]


async def test_runs_of_all_notebooks_are_listed_newest_first_with_how_they_ended(open_notebook):
    server, browser, _ = await open_notebook([act("1"), act("2"), say("Two."), say("Here."), {"fault": 400}])
    server.write("folder/b.ipynb")
    other = await server.browser("folder/b.ipynb")
    await browser.answer(await browser.ask("count"))
    await other.answer(await other.ask("look"))
    await other.end(await other.ask("fail"))

    runs = await listed(server)

    assert states(runs) == [
        ("folder/b.ipynb", "fail", "failed"),
        ("folder/b.ipynb", "look", "answered"),
        ("a.ipynb", "count", "answered"),
    ]
    assert [run["steps"] for run in runs] == [0, 0, 2]
    assert [run["name"] for run in runs] == ["b.ipynb", "b.ipynb", "a.ipynb"]
    assert all(run["started"] <= run["ended"] for run in runs)
    assert runs[2]["model"] == "scripted"
    assert states(await listed(server, path="a.ipynb")) == [("a.ipynb", "count", "answered")]
    assert await listed(server, path="c.ipynb") == []


async def test_what_a_run_used_is_listed_and_what_it_cost_if_that_is_known(open_notebook):
    server, _, _ = await open_notebook([])
    store = server.extension.store
    conversation = store.conversation(server.room().desk.key)
    for name, prices in (("known", (2.0, 10.0)), ("unknown", None)):
        store.begin(name, conversation)
        store.append(name, UserAsked(text=name, prices=prices))
        store.append(name, ModelReplied(text="", usage=Usage(prompt=1000, completion=50)))

    runs = await listed(server)

    assert {run["request"]: (run["tokens"], run["cost"]) for run in runs} == {"known": (1050, 0.0025), "unknown": (1050, None)}


async def test_the_list_goes_on_where_a_page_ended(open_notebook):
    server, browser, _ = await open_notebook([say("One."), say("Two."), say("Three.")])
    for words in ("one", "two", "three"):
        await browser.answer(await browser.ask(words))

    first = await listed(server, limit="2")
    rest = await listed(server, limit="2", before=first[-1]["started"])

    assert [run["request"] for run in (*first, *rest)] == ["three", "two", "one"]
    assert await refused(server.fetch("GET", "codeact/api/runs?limit=many")) == 400


async def test_a_run_that_goes_on_here_or_elsewhere_is_running_and_one_that_nobody_will_end_was_interrupted(open_notebook):
    server, browser, _ = await open_notebook([act("while True: pass")])
    store = server.extension.store
    for name in ("lost", "elsewhere", "asks elsewhere"):
        store.begin(name, store.conversation(server.room().desk.key))
        store.append(name, UserAsked(text=name))
    asks = (
        ActionProposed(action_id="a", code="", cell_id="c"),
        ApprovalAsked(action_id="a", reason="it deletes files"),
        Steered(text="Why?"),
    )
    for event in asks:
        store.append("asks elsewhere", event)
    claims = [store.claim("elsewhere"), store.claim("asks elsewhere")]  # as the command line holds them
    run = await browser.ask("go on")
    await browser.hears("doing", what="running")

    runs = await listed(server)
    assert {one["request"]: (one["state"], one["ended"] is None) for one in runs} == {
        "go on": ("running", True),
        "lost": ("interrupted", False),
        "elsewhere": ("running", True),
        "asks elsewhere": ("waiting", True),
    }
    for claim in claims:
        claim.release()
    assert [one["state"] for one in await listed(server)].count("interrupted") == 3

    await browser.send("stop_run", run=run)
    await browser.end(run)
    assert (await listed(server))[0]["state"] == "stopped"


STUBBORN = """
import time
print("begun")
while True:
    try:
        time.sleep(0.1)
    except BaseException:
        pass
"""


async def test_a_run_that_asks_for_a_restart_waits_for_the_user(open_notebook):
    server, browser, _ = await open_notebook([act(STUBBORN)])
    run = await browser.ask()
    await until(lambda: browser.texts()[-1] == "begun\n")
    await browser.send("stop_run", run=run)
    await browser.hears("ask_restart")

    assert [one["state"] for one in await listed(server)] == ["waiting"]
    await browser.send("restart_kernel")
    await browser.end(run)


async def test_notebooks_that_are_elsewhere_or_gone_are_named_only_and_their_records_are_kept_back(open_notebook):
    server, browser, _ = await open_notebook([act("1"), say("One.")])
    run = await browser.ask("count")
    await browser.answer(run)
    store = server.extension.store
    store.begin("outside", store.conversation(str(server.root.parent / "secret.ipynb")))
    store.append("outside", UserAsked(text="elsewhere"))

    assert [(one["path"], one["name"]) for one in await listed(server)] == [("", "secret.ipynb"), ("a.ipynb", "a.ipynb")]
    assert await refused(server.fetch("GET", "codeact/api/run?run=outside")) == 404
    for unknown in ("nobody", ""):
        assert await refused(server.fetch("GET", f"codeact/api/run?run={unknown}")) == 404

    (server.root / "a.ipynb").unlink()
    assert [one["path"] for one in await listed(server)] == ["", ""]


async def test_the_record_of_a_run_of_an_earlier_conversation_is_what_the_socket_told(open_notebook):
    server, browser, _ = await open_notebook([act("1", prose="I count."), say("One.")])
    run = await browser.ask("count")
    await browser.answer(run)
    await browser.send("new_conversation")

    found = await record(server, run)

    told = browser.heard("recorded", run=run)
    assert found["events"] == told
    assert (found["request"], found["path"], found["conversation"]) == ("count", "a.ipynb", told[0]["event"]["conversation"])
    assert await until(lambda: server.room().session.conversation != found["conversation"])


async def test_many_long_runs_are_listed_without_reading_what_they_put_out(open_notebook):
    server, browser, _ = await open_notebook([])
    store = server.extension.store
    conversation = store.conversation(server.room().desk.key)
    for number in range(300):
        store.begin(f"r{number}", conversation)
        store.append(f"r{number}", UserAsked(text="x" * 10_000))
        store.append(f"r{number}", ActionProposed(action_id="a", code="", cell_id="c"))

    runs = await listed(server, limit="100000")

    assert [run["run"] for run in runs] == [f"r{number}" for number in range(299, 99, -1)]
    assert {len(run["request"]) for run in runs} == {500}


async def test_a_stranger_and_who_may_not_run_code_get_no_list(serve):
    server = await serve()
    client = AsyncHTTPClient()
    for route in ("runs", "run?run=r", "package?module=x"):
        assert await refused(client.fetch(f"{server.url}codeact/api/{route}")) == 403


@pytest.mark.parametrize("authorizer", [MayOnly, MayNotWrite])
async def test_who_may_not_execute_or_not_write_gets_no_list(serve, authorizer):
    server = await serve(ServerApp={"authorizer_class": authorizer})

    for route in ("runs", "run?run=r", "package?module=x"):
        assert await refused(server.fetch("GET", f"codeact/api/{route}")) == 403


async def test_who_is_asked_whether_to_install_is_told_the_package(serve):
    server = await serve()

    answer = await server.fetch("GET", "codeact/api/package?module=sklearn.linear_model")

    assert json.loads(answer.body) == {"package": "scikit-learn"}
    for junk in ("", "x%20--index-url=evil", "..%2Fx"):
        assert await refused(server.fetch("GET", f"codeact/api/package?module={junk}")) == 400

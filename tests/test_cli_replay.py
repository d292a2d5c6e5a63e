"""`jupyter codeact replay`: recorded replies against a fresh kernel."""

import asyncio
import json
import os
from pathlib import Path
from uuid import uuid4

from codeact_jupyter.config import Settings
from codeact_jupyter.events import ActionProposed
from codeact_jupyter.ports import Verdict
from codeact_jupyter.session.desk import Decision
from codeact_jupyter.session.local import LocalDesk
from codeact_jupyter.session.session import Request, Session
from codeact_jupyter.testing import Item, ScriptedServer, say
from tests.commandline import Place, act
from tests.recorded import called, recorded, repaired
from tests.scenes import Heard


def ids(place: Place) -> list[str]:
    return [entry["run"] for entry in reversed(json.loads(place.run("runs", "--json").stdout))]


def test_what_comes_out_the_same_is_said_to_be(place: Place) -> None:
    """Addresses, times, folders and the counts of cells are no difference."""
    code = "import os, time\nprint(object(), os.getcwd(), time.strftime('%H:%M:%S'))\nmissing"
    recorded(place, [say(act(code)), say(act("6 * 7")), say("42.")])
    called(place)
    for run in ids(place):
        result = place.run("replay", run[:10])
        assert result.returncode == 0, result.stdout + result.stderr
        assert "The same came out." in result.stdout


def test_a_folder_in_the_users_home_is_none_either(tmp_path: Path) -> None:
    """Tracebacks write it from `~`."""
    place = Place(tmp_path, tmp_path / "proj")
    (place.folder / "mod.py").write_text("def f():\n    raise ValueError('x')\n")
    recorded(place, [say(act("import mod\nmod.f()")), say(act("print({'a', 'b', 'c', 'd', 'e', 'f'})")), say("So.")])
    result = place.run("replay", ids(place)[0], "--folder", ".")
    assert result.returncode == 0, result.stdout


def test_what_comes_out_differently_is_shown(place: Place) -> None:
    (place.folder / "data.txt").write_text("then")
    recorded(place, [say(act("print(open('data.txt').read())")), say("then")])
    (run,) = ids(place)
    lost = place.run("replay", run)
    assert lost.returncode == 1
    assert "step 1  differs (ok -> error)" in lost.stdout
    assert "-then" in lost.stdout
    assert "--folder" in lost.stderr
    assert place.run("replay", run, "--folder", ".").returncode == 0
    (place.folder / "data.txt").write_text("now")
    told = json.loads(place.run("replay", run, "--folder", ".", "--json").stdout)
    assert (told["same"], told["steps"][0]["recorded"]["text"], told["steps"][0]["replayed"]["text"]) == (False, "then", "now")
    assert told["recorded_end"] == "answered"


def test_a_replay_leaves_folder_notebook_and_store_as_they_are(place: Place) -> None:
    recorded(place, [say(act("open('made.txt', 'w').write('x')")), say("Made.")])
    (place.folder / "made.txt").unlink()
    before = {file.name: file.read_bytes() for file in place.folder.iterdir()}
    (run,) = ids(place)
    assert place.run("replay", run, "--folder", ".").returncode == 0
    assert {file.name: file.read_bytes() for file in place.folder.iterdir()} == before
    assert ids(place) == [run]
    assert place.kernels() == []


class Deciding(Heard):
    """Changes the first action, denies the second, allows the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def approve(self, run: str, proposed: ActionProposed, verdict: Verdict) -> Decision:
        self.asked += 1
        if self.asked == 1:
            return Decision(True, "print('changed')")
        return Decision(False, note="Not that.") if self.asked == 2 else Decision(True)


async def decided(place: Place, script: list[Item]) -> str:
    store = place.store()
    desk = LocalDesk(place.folder / "d.ipynb", store, dict(os.environ))
    run = uuid4().hex
    async with ScriptedServer(script) as model:
        settings = Settings(model="m", base_url=model.url, approval="ask")
        session = Session(desk, store, lambda _: settings, Deciding())
        await desk.open()
        task = session.start(Request(run, "do it"))
        assert task
        await asyncio.wait([task])
        await desk.close()
        store.close()
    return run


async def test_a_run_is_decided_as_it_was_decided_then(place: Place, tmp_path: Path) -> None:
    flag = tmp_path / "denied-code-ran"
    denied = act(f"open({str(flag)!r}, 'w').close()")
    run = await decided(place, [say(act("print('proposed')")), say(denied), say(act("1 + 1")), say("Two.")])
    told = json.loads((result := await asyncio.to_thread(place.run, "replay", run, "--json")).stdout)
    assert result.returncode == 0, told
    assert [step["replayed"]["status"] for step in told["steps"]] == ["ok", "denied", "ok"]
    assert "changed" in told["steps"][0]["replayed"]["text"]
    assert "Not that." in told["steps"][1]["replayed"]["text"]
    assert not flag.exists()


def test_a_cell_that_was_written_again_is_written_again(place: Place) -> None:
    def again(messages: list[dict[str, str]]) -> str:
        cell = messages[-1]["content"].split("(Cell ")[1][:8]
        return f'Again.\n\n<execute cell="{cell}">\nprint("second")\n</execute>'

    recorded(place, [say(act("print(first)")), again, say("Done.")])
    result = place.run("replay", ids(place)[0])
    assert result.returncode == 0, result.stdout


def test_code_that_never_ran_does_not_run_now(place: Place, tmp_path: Path) -> None:
    flag = tmp_path / "ran"
    script = [say(act("1")), say(act(f"open({str(flag)!r}, 'w').close()"))]
    recorded(place, script, "do it", "--max-steps", "1")  # the second reply was to be an answer: nothing of it ran
    assert not flag.exists()
    assert place.run("replay", ids(place)[0]).returncode == 0
    assert not flag.exists()


def test_formats_of_evaluations_are_replayed_too(place: Place) -> None:
    repaired(place)
    (run,) = ids(place)
    store = place.store()
    lines = [json.loads(entry.model_dump_json()) for entry in store.events(run)]
    store.close()
    lines[0]["event"]["format"] = "json"
    for line in lines:
        line["run"] = "j" * 32
        line["event"]["conversation"] = "j" * 32 if line["event"]["type"] == "user_asked" else ""
        if line["event"]["type"] != "user_asked":
            del line["event"]["conversation"]
    texts = ['Action: {"tool": "print", "args": [7]} End Action', 'Action: {"tool": "max", "args": [3, 9]} End Action', "Answer: 9"]
    codes = ["print(7)", "max(3, 9)"]
    replies = [line["event"] for line in lines if line["event"]["type"] == "model_replied"]
    for event, text in zip(replies, texts, strict=True):
        event["text"] = text
    for kind in ("action_proposed", "action_decided"):
        for event, code in zip([line["event"] for line in lines if line["event"]["type"] == kind], codes, strict=True):
            event["code"] = code
    seen = [line["event"] for line in lines if line["event"]["type"] == "observed"]
    seen[0].update(status="ok", text="7")
    seen[1].update(status="ok", text="9")
    lines[-1]["event"]["answer"] = "9"
    (place.folder / "e.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert place.run("import", "e.jsonl").returncode == 0
    told = json.loads(place.run("replay", "jjjj", "--json").stdout)
    assert [step["replayed"]["status"] for step in told["steps"]] == ["ok", "ok"], told
    assert "7" in told["steps"][0]["replayed"]["text"]
    assert told["replayed_end"] == "answered"


def test_a_run_that_is_not_there_is_a_mistake_of_usage(place: Place) -> None:
    assert place.run("replay", "nothing").returncode == 2
    assert place.run("replay", "x", "--folder", "nowhere").returncode == 2

"""`jupyter codeact export`, on runs that were really made."""

import ast
import html.parser
import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

from benchmarks.trajectories import fill
from codeact_jupyter.formats.tool import TOOLS
from codeact_jupyter.testing import ScriptedServer, say
from codeact_jupyter.testing.rules import broken
from tests.commandline import Place, act, eventually, names
from tests.recorded import FIGURE, called, exported, recorded, repaired, rows


@dataclass(frozen=True)
class Kept:
    """Three runs of one place."""

    place: Place
    code: ScriptedServer
    tool: ScriptedServer
    follow: ScriptedServer
    ids: list[str]
    """Oldest first."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    place = Place(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("work"))
    code = repaired(place)
    tool = called(place)
    marked = f"print('<b>&amp;</b>')\n{FIGURE}"
    follow = recorded(place, [say(act(marked, "Now <i>three</i>.")), say("Three & more.")], "And one <more>?")
    listed = json.loads(place.run("runs", "--json").stdout)
    return Kept(place, code, tool, follow, [entry["run"] for entry in reversed(listed)])


def without_context(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A request as it was sent, without the context, which is not recorded, and in the words of any server."""
    return [
        {**each, "content": each["content"][each["content"].index("Request:\n", each["content"].find("</context>")) :]}
        if "<context>" in (each["content"] or "")
        and "</context>" in each["content"]
        and each["role"] == "user"
        and "Request:" in each["content"]
        else each
        for each in sent
    ]


def row_of(kept: Kept, kind: str, number: int) -> dict[str, Any]:
    return rows(exported(kept.place, kind, "--run", kept.ids[number]))[0]


def test_a_conversation_is_what_the_model_was_sent_and_what_it_said(kept: Kept) -> None:
    told = row_of(kept, "codeact", 0)
    assert list(told) == ["id", "conversations"]
    assert told["id"] == kept.ids[0]
    assert told["conversations"][:-1] == without_context(kept.code.requests[-1]["messages"])
    assert told["conversations"][-1] == {"role": "assistant", "content": "It is **2**."}
    assert told["conversations"][3]["content"].endswith("You have 29 steps left.")


def test_a_follow_up_knows_the_run_before_as_its_model_did(kept: Kept) -> None:
    told = row_of(kept, "codeact", 2)["conversations"]
    sent = kept.follow.requests[-1]["messages"]
    assert [each["role"] for each in told[:-1]] == [each["role"] for each in sent]
    assert told[1:5] == sent[1:5]
    assert "Request:\nWhat is one and one?" in told[1]["content"]


def test_chat_rows_have_calls_and_tools_where_the_run_had_them(kept: Kept) -> None:
    told = row_of(kept, "openai", 1)
    assert told["tools"] == json.loads(json.dumps(TOOLS))
    assert told["messages"][:-1] == without_context(kept.tool.requests[-1]["messages"])
    assert json.loads(told["messages"][2]["tool_calls"][0]["function"]["arguments"]) == {"code": "print(6 * 7)"}
    assert told["messages"][3]["role"] == "tool"
    assert broken(told["messages"]) == ""
    assert list(row_of(kept, "openai", 0)) == ["messages"]


def test_forms_in_text_have_calls_as_text(kept: Kept) -> None:
    told = row_of(kept, "sharegpt", 1)["conversations"]
    assert [each["from"] for each in told] == ["system", "human", "gpt", "human", "gpt"]
    assert told[2]["value"] == "I multiply.\n\n<execute>\nprint(6 * 7)\n</execute>"
    assert "<execute>" in told[0]["value"]


def test_a_notebook_is_valid_and_has_what_succeeded_with_its_outputs(kept: Kept) -> None:
    found = nbformat.reads(exported(kept.place, "notebook", "--run", kept.ids[0]), as_version=4)
    nbformat.validate(found)
    assert [cell.cell_type for cell in found.cells] == ["markdown", "code", "markdown"]
    assert "What is one and one?" in found.cells[0].source
    assert found.cells[1].source == "one = 1\ntotal = 1 + one\ntotal"
    assert found.cells[1].outputs[0].data["text/plain"] == "2"
    assert "It is **2**." in found.cells[2].source
    drawn = nbformat.reads(exported(kept.place, "notebook", "--run", kept.ids[2]), as_version=4)
    nbformat.validate(drawn)
    assert "image/png" in drawn.cells[1].outputs[-1].data


def test_a_script_is_python_with_the_steps_as_comments(kept: Kept) -> None:
    text = exported(kept.place, "script", "--run", kept.ids[0])
    names_: dict[str, Any] = {}
    exec(compile(text, "script", "exec"), names_)
    assert names_["total"] == 2
    assert "# Step 1, left out (NameError). First I add." in text
    assert "# Step 2. Now with a name." in text
    assert "1 + one" not in [line.strip() for line in text.splitlines() if line.startswith("total = 1 + one")][1:]


class Elements(html.parser.HTMLParser):
    def __init__(self, text: str):
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attributes)))


def test_a_page_is_escaped_by_itself_and_can_be_read_by_all(kept: Kept) -> None:
    text = exported(kept.place, "html", "--run", kept.ids[2])
    seen = Elements(text).seen
    tags = [tag for tag, _ in seen]
    assert "And one &lt;more&gt;?" in text
    assert "&lt;b&gt;&amp;amp;&lt;/b&gt;" in text
    assert not {"b", "i", "more", "script", "link", "iframe"} & set(tags)
    assert all(
        value is None or not value.startswith(("http", "//")) for _, held in seen for name, value in held.items() if name in ("src", "href")
    )
    assert dict(seen)["html"] == {"lang": "en"}
    assert {"main", "h1", "title", "header"} <= set(tags)
    assert tags.count("h1") == 1
    assert all(held.get("tabindex") == "0" and held.get("aria-label") for tag, held in seen if tag == "pre")
    assert "prefers-color-scheme: dark" in text
    assert "default-src 'none'" in text


def test_a_folder_has_a_file_for_each_run_and_one_run_is_one_file(kept: Kept, tmp_path: Path) -> None:
    for kind, suffix in (("notebook", ".ipynb"), ("script", ".py"), ("html", ".html")):
        assert kept.place.run("export", "--to", kind, str(tmp_path / kind)).returncode == 0
        assert names(tmp_path / kind) == sorted(f"{run}{suffix}" for run in kept.ids)
        one = tmp_path / f"one{suffix}"
        assert kept.place.run("export", "--to", kind, "--run", kept.ids[0][:9], str(one)).returncode == 0
        assert one.is_file()
        refused = kept.place.run("export", "--to", kind, str(tmp_path / f"all{suffix}"))
        assert refused.returncode == 2
        assert not (tmp_path / f"all{suffix}").exists()
    ast.parse((tmp_path / "one.py").read_text())


def test_runs_are_chosen_by_notebook_time_and_id(kept: Kept) -> None:
    assert [row["id"] for row in rows(exported(kept.place, "codeact", "--notebook", "t.ipynb"))] == [kept.ids[1]]
    assert [row["id"] for row in rows(exported(kept.place, "codeact", "--since", "2020-01-01"))] == kept.ids
    assert exported(kept.place, "codeact", "--since", "2999-01-01T10:00") == ""


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--to", "codeact", "--filter", "succes", "-"], "self-improvement"),
        (["--to", "codeact", "--run", "zzz", "-"], "nothing is recorded"),
        (["--to", "codeact", "--run", "", "-"], "id is empty"),
        (["--to", "codeact", "--since", "yesterday", "-"], "2026-01-31"),
        (["--to", "codeact", "--since", "", "-"], "2026-01-31"),
        (["--to", "codeact", "--since", "0001-01-01", "-"], "2026-01-31"),
        (["--to", "codeact", "--report", "nowhere/r.json", "-"], "no folder"),
        (["--to", "codeact", "nowhere/x.jsonl"], "no folder"),
        (["--to", "html", "-"], "--run"),
        (["--to", "pdf", "-"], "codeact"),
        (["--to", "codeact", "--run", "a", "--since", "2020-01-01", "-"], "not allowed"),
    ],
)
def test_what_cannot_be_exported_is_a_mistake_of_usage(kept: Kept, arguments: list[str], said: str) -> None:
    result = kept.place.run("export", *arguments)
    assert result.returncode == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_filters_are_asked_in_order_and_the_report_counts_them(kept: Kept, tmp_path: Path) -> None:
    out, report = tmp_path / "o.jsonl", tmp_path / "report.json"
    filters = ["--filter", "success", "--filter", "multi-turn", "--filter", "self-improvement"]
    result = kept.place.run("export", "--to", "sharegpt", *filters, "--report", str(report), str(out))
    assert result.returncode == 0
    assert [row["id"] for row in rows(out.read_text())] == [kept.ids[0]]
    told = json.loads(report.read_text())
    assert (told["read"], told["written"]) == (3, 1)
    assert [(each["filter"], each["dropped"]) for each in told["filters"]] == [("success", 0), ("multi-turn", 2), ("self-improvement", 0)]
    assert "2 dropped by multi-turn" in result.stderr


def test_a_link_stays_a_link_and_what_is_no_file_is_written_into(kept: Kept, tmp_path: Path) -> None:
    whole = exported(kept.place, "codeact")
    target, link, pipe = tmp_path / "t.jsonl", tmp_path / "l.jsonl", tmp_path / "p"
    target.write_text("before\n")
    link.symlink_to(target)
    assert kept.place.run("export", "--to", "codeact", str(link)).returncode == 0
    assert link.is_symlink()
    assert target.read_text() == whole
    os.mkfifo(pipe)
    process = kept.place.start("export", "--to", "codeact", str(pipe))
    assert pipe.read_text() == whole
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert pipe.is_fifo()


def test_who_reads_only_the_beginning_gets_it_without_a_complaint(tmp_path_factory: pytest.TempPathFactory) -> None:
    place = Place(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("work"))
    store = place.store()
    fill(store, 300)
    store.close()
    process = place.start("export", "--to", "openai", "-")
    assert process.stdout and process.stderr
    assert json.loads(process.stdout.readline())["messages"]
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(60) == 0


def test_stdout_is_utf_8_whatever_the_terminal_is(tmp_path_factory: pytest.TempPathFactory) -> None:
    place = Place(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("work"), {"PYTHONIOENCODING": "ascii"})
    row = {"id": "a", "conversations": [{"role": "user", "content": "Zähle 😀"}, {"role": "assistant", "content": "1"}]}
    (place.folder / "c.jsonl").write_text(json.dumps(row) + "\n")
    assert place.run("import", "c.jsonl").returncode == 0
    assert rows(exported(place, "codeact")) == [row]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_an_export_that_is_ended_leaves_what_was_there(tmp_path_factory: pytest.TempPathFactory, how: signal.Signals) -> None:
    place = Place(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("work"))
    store = place.store()
    fill(store, 1500)
    store.close()
    out = place.folder / "o.jsonl"
    out.write_text("before\n")
    process = place.start("export", "--to", "codeact", "o.jsonl")
    eventually(lambda: len(names(place.folder)) > 1, "it has begun to write")
    process.send_signal(how)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert out.read_text() == "before\n"
    assert how == signal.SIGKILL or names(place.folder) == ["o.jsonl"]


def test_the_mark_of_a_key_in_use_stands_in_its_place(tmp_path_factory: pytest.TempPathFactory) -> None:
    key = "my-own-key-0123456789"
    place = Place(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("work"))
    recorded(
        place, [say(act(f"print('my-own', 'key', '{key}'.upper())\nimport os\nprint(os.path.expanduser('~/x'))")), say(f"{key} it was.")]
    )
    assert key in exported(place, "openai")  # nobody knows it for a key
    place.env["CODEACT_API_KEY"] = key
    for kind in ("codeact", "openai", "sharegpt", "notebook", "script", "html"):
        text = exported(
            place,
            kind,
            *([] if kind in ("codeact", "openai", "sharegpt") else ["--run", json.loads(place.run("runs", "--json").stdout)[0]["run"]]),
        )
        assert key not in text
        assert str(place.home) not in text
        assert "~/x" in text or kind == "script"


def test_redacted_the_structure_stays_and_values_are_masked(kept: Kept) -> None:
    told = rows(exported(kept.place, "codeact", "--run", kept.ids[0], "--redact"))[0]["conversations"]
    assert told[2]["content"] == "First I add.\n\n<execute>\ntotal = NUMBER_1 + one\n</execute>"
    assert told[4]["content"].endswith("<execute>\none = NUMBER_1\ntotal = NUMBER_1 + one\ntotal\n</execute>")
    assert "You have 28 steps left." in told[5]["content"]
    assert told[6]["content"] == "It is **NUMBER_2**."

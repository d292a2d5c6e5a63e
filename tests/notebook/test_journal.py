"""The pure part: our cells into any notebook, whatever happened to it since."""

import copy
import json
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeact_jupyter.notebook.content import as_lines, changes, grown, joined, spliced
from codeact_jupyter.notebook.journal import CellState, Entry, apply, noticed, placed, restored
from tests.notebook.mounts import code, ids, notebook


def ours(cell_id: str, *above: str, source: str = "ours", **more: Any) -> CellState:
    mark = {"codeact": {"run": "r", "step": int(cell_id[1:]), "attempt": 1, "model": "m"}}
    return CellState(code(cell_id, source, metadata=mark), tuple(above), wrote=source, **more)


@pytest.mark.parametrize(
    ("there", "states", "result"),
    [
        ("a b", [ours("o1", "a")], "a o1 b"),
        ("a b", [ours("o1")], "o1 a b"),
        ("", [ours("o1")], "o1"),
        ("a b", [ours("o1", "gone", "a")], "a o1 b"),
        ("a b", [ours("o1", "gone")], "a b o1"),
        ("a b", [ours("o1", "a"), ours("o2", "gone")], "a o1 o2 b"),
        ("a b", [ours("o1", "a"), ours("o2", "o1")], "a o1 o2 b"),
        ("a o1 b", [ours("o1", "a"), ours("o2", "o1")], "a o1 o2 b"),
        ("o1 a b", [ours("o1", "b"), ours("o2", "o1", "b")], "o1 o2 a b"),
        ("a b", [ours("o1", "a", gone=True), ours("o2", "o1", "a")], "a o2 b"),
        ("a b", [ours("o1", "a", withdrawn=True)], "a b"),
        ("a o1 b", [ours("o1", "a", withdrawn=True)], "a b"),
        ("a b", [ours("o1", "a"), ours("o2", "a")], "a o2 o1 b"),
    ],
)
def test_our_cells_find_their_places(there: str, states: list[CellState], result: str) -> None:
    cells = [ours(each).cell if each.startswith("o") else code(each) for each in there.split()]
    assert ids(apply(notebook(*cells), states)) == result.split()


BASE = {"o1": code("o1", "was")}


@pytest.mark.parametrize(
    ("found", "held", "base", "result"),
    [
        ("ours", "ours", {}, "ours"),
        ("", "ours", {}, "ours"),
        ("ou", "ours", {}, "ours"),
        ("ours # mine", "ours", {}, "ours # mine"),
        ("was", "was more", BASE, "was more"),
        ("mine", "was", BASE, "mine"),
        ("# mine\nwas", "was more", BASE, "# mine\nwas more"),
    ],
)
def test_the_users_edit_of_our_source_stands(found: str, held: str, base: dict[str, Any], result: str) -> None:
    got = apply(notebook(ours("o1", source=found).cell), [ours("o1", source=held)], base)
    assert got["cells"][0]["source"] == result
    states, there = noticed(notebook(ours("o1", source=found).cell), [ours("o1", source=held)], base)
    assert states[0].cell["source"] == result
    assert apply(notebook(ours("o1", source=found).cell), states, there)["cells"][0]["source"] == result


def test_results_that_somebody_renewed_since_we_wrote_them_stand() -> None:
    old, new = {"output_type": "stream", "name": "stdout", "text": "old"}, {"output_type": "stream", "name": "stdout", "text": "new"}
    state = ours("o1")
    state.cell["outputs"] = [old]
    found = notebook({**state.cell, "outputs": [new], "execution_count": 9})
    assert apply(found, [state], {"o1": copy.deepcopy(state.cell)}) is found
    assert apply(found, [state])["cells"][0]["outputs"] == [old]


def test_a_cell_that_the_user_made_text_is_theirs() -> None:
    content = notebook({"cell_type": "markdown", "id": "o1", "metadata": {}, "source": "# notes"})
    assert apply(content, [ours("o1")]) is content


def test_a_copy_of_our_cell_is_the_users() -> None:
    content = notebook(code("a"), ours("o1").cell, {**ours("o1").cell, "id": "copy", "source": "changed"})
    assert apply(content, [ours("o1", "a")]) is content


def test_deletion_is_told_from_not_having_been_there_yet() -> None:
    state = ours("o1", "a")
    assert not noticed(notebook(code("a")), [state])[0][0].gone
    assert noticed(notebook(code("a")), [state], {"o1": state.cell})[0][0].gone
    assert not noticed(notebook(state.cell), [ours("o1", gone=True)])[0][0].gone


def test_neighbours_are_those_of_the_notebook() -> None:
    state = placed(notebook(code("a"), code("b"), ours("o1").cell), [ours("o1", "x")])[0]
    assert state.above == ("b", "a")


def test_the_last_entry_of_a_cell_holds() -> None:
    cell, done = ours("o1", source="").cell, ours("o1", source="done").cell
    first, last = Entry("r", 1, "o1", None, cell, "a"), Entry("r", 1, "o1", None, done, "a")
    assert [(state.cell, state.above, state.wrote) for state in restored([first, last])] == [(done, ("a",), "done")]
    (taken_out,) = restored([first, Entry("r", 1, "o1", None, None, "a")])
    assert taken_out.withdrawn


def test_outputs_grow_by_as_little_as_can_be() -> None:
    def out(text: str) -> dict[str, str]:
        return {"output_type": "stream", "name": "stdout", "text": text}

    table = {"output_type": "display_data", "data": {"text/plain": "t"}, "metadata": {}}
    assert grown([out("a")], [out("ab"), table]) == (1, "b", [table])
    assert grown([out("a"), table], [out("ab"), table]) == (0, "", [out("ab"), table])
    assert grown([table, out("a")], [table]) == (1, "", [])
    assert grown([], [table]) == (0, "", [table])
    assert grown([table], [table]) == (1, "", [])


TEXT = st.text(alphabet="ab\nü🎉", max_size=12)


@given(TEXT, TEXT)
def test_a_change_makes_the_new_text(was: str, new: str) -> None:
    assert spliced(was, changes(was, new, was)) == new


@given(TEXT, TEXT, st.integers(0, 12), st.text(alphabet="XYZ", min_size=1, max_size=4))
def test_what_the_user_typed_survives_any_change_of_ours(was: str, new: str, at: int, typed: str) -> None:
    now = was[:at] + typed + was[at:]
    got = spliced(now, changes(was, new, now))
    assert typed in got
    assert got.replace(typed, "", 1) == new


IDS = st.lists(st.sampled_from([f"u{n}" for n in range(8)]), unique=True, max_size=8)


@st.composite
def journals(draw: Any) -> list[CellState]:
    """Cells put in one after another into a notebook that was another then."""
    order: list[str] = draw(IDS)
    states = []
    for n in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(order)))
        state = ours(f"o{n}", *reversed(order[:at]), gone=draw(st.integers(0, 4)) == 0, withdrawn=draw(st.integers(0, 6)) == 0)
        states.append(state)
        order.insert(at, state.id)
    return states


@given(IDS, journals(), st.integers(2, 5), st.data())
def test_any_journal_goes_into_any_notebook(there: list[str], states: list[CellState], minor: int, data: Any) -> None:
    cells = [code(each, f"# {each}") for each in there]
    for state in states:
        if data.draw(st.booleans()):
            cells.insert(data.draw(st.integers(0, len(cells))), as_lines({**state.cell, "source": "ou"}))
    if minor < 5:
        cells = [{key: value for key, value in cell.items() if key != "id"} for cell in cells]
    content = notebook(*cells, minor=minor)
    before = json.dumps(content)
    got = apply(content, states)
    nbformat.validate(nbformat.from_dict(copy.deepcopy(got)))
    assert json.dumps(content) == before
    theirs = [cell for cell in content["cells"] if "codeact" not in cell["metadata"]]
    assert [id(cell) for cell in got["cells"] if "codeact" not in cell["metadata"]] == [id(cell) for cell in theirs]
    shown = [cell["metadata"]["codeact"]["step"] for cell in got["cells"] if "codeact" in cell["metadata"]]
    was = {cell["metadata"]["codeact"]["step"] for cell in cells if "codeact" in cell["metadata"]}
    wanted = {state.codeact["step"] for state in states if not state.withdrawn and (not state.gone or state.codeact["step"] in was)}
    assert sorted(shown) == sorted(wanted)
    assert all(joined(cell)["source"] == "ours" for cell in got["cells"] if "codeact" in cell["metadata"])
    assert apply(got, states) is got  # once is enough

"""What is told of a notebook that somebody wrote by hand, or to do harm: it is read, whatever its cells hold."""

import json
from pathlib import Path
from typing import Any

import pytest

from codeact_jupyter.about import about
from codeact_jupyter.context import Context, render
from codeact_jupyter.notebook.document import Document
from codeact_jupyter.notebook.file import LocalFile
from codeact_jupyter.notebook.valid import is_valid, readable, tags_of
from codeact_jupyter.observation import Budget, Observation
from codeact_jupyter.ports import Finished

CELL: dict[str, Any] = {"cell_type": "code", "id": "c", "metadata": {}, "source": "x = 1", "execution_count": 1, "outputs": []}
ERROR = {"output_type": "error", "ename": "E", "evalue": "bad", "traceback": ["E: bad"]}
SHOWN = {"output_type": "display_data", "metadata": {}, "data": {"text/plain": ["a\n", "b"], "application/json": {"a": 1}}}

WRONG: list[Any] = [None, 5, [1], {}]
DATA: list[Any] = [None, "x", {"text/plain": 5}, {"text/html": [1]}, {"image/png": {}}]
NO_NUMBER: list[Any] = ["x", {}, []]
NO_OBJECT: list[Any] = [None, 5, [], "x"]
ODD: list[dict[str, Any]] = [
    {"outputs": None},
    {"outputs": "text"},
    {"outputs": [None, 5, "x", {}, {"output_type": 5}]},
    *({"outputs": [{"output_type": "stream", "name": "stdout", "text": text}]} for text in WRONG),
    {"outputs": [{"output_type": "stream", "text": "x"}]},
    *({"outputs": [{**SHOWN, "data": data}]} for data in DATA),
    *({"outputs": [{**ERROR, "traceback": lines}]} for lines in WRONG),
    *({"outputs": [{**ERROR, "ename": name}]} for name in WRONG),
    *({"execution_count": count, "outputs": [ERROR]} for count in NO_NUMBER),
    *({"source": source} for source in WRONG),
    *({"metadata": metadata} for metadata in NO_OBJECT),
]


def told(outputs: Any) -> str:
    return Observation(Budget())("", Finished("ok", outputs)).text


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_a_cell_that_is_none_is_told_of_all_the_same(odd: dict[str, Any]) -> None:
    assert not is_valid({**CELL, **odd})
    cells = [readable({**CELL, **odd}), readable({**CELL, "id": "d", "outputs": [ERROR]})]
    assert "## Last error" in render(Context("n.ipynb", cells, "c"))
    assert "E: bad" in about(cells, ["c", "d"], told)[0]


@pytest.mark.parametrize("outputs", [[], [ERROR], [SHOWN], [{"output_type": "stream", "name": "stdout", "text": ["a\n"]}]])
def test_a_cell_as_nbformat_has_it_stays_as_it_is(outputs: list[Any]) -> None:
    cell = {**CELL, "outputs": outputs}
    assert is_valid(cell)
    assert readable(cell) == cell
    assert is_valid({name: cell[name] for name in ("cell_type", "id", "metadata", "source")}), "a cell of words"


@pytest.mark.parametrize("tags, known", [(["a", 5, None, ["b"]], ["a"]), (5, ()), (None, ()), ("codeact-protected", ()), ({"a": 1}, ())])
def test_tags_of_any_shape_are_read(tags: Any, known: Any) -> None:
    assert tags_of({**CELL, "metadata": {"tags": tags}}) == known
    assert tags_of({}) == tags_of({"metadata": None}) == ()


@pytest.mark.parametrize("odd", [{"outputs": [{**SHOWN, "data": None}]}, {"metadata": {"editable": False}}], ids=str)
async def test_a_cell_that_is_none_or_is_locked_is_not_rewritten(tmp_path: Path, odd: dict[str, Any]) -> None:
    path = tmp_path / "n.ipynb"
    cells = [{**CELL, **odd}, {**CELL, "id": "d"}]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    document = Document(LocalFile(path))
    await document.load()
    assert not document.take("c", {"codeact": {"run": "r", "step": 1}})
    assert document.take("d", {"codeact": {"run": "r", "step": 1}})
    await document.save()
    assert json.loads(path.read_text())["cells"][0] == cells[0]

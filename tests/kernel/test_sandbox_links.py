"""Links that a sandboxed kernel leaves in its folder: what runs outside must not follow them for it."""

import pytest

from codeact_jupyter.beside import Beside
from codeact_jupyter.errors import NotebookError
from codeact_jupyter.notebook.file import LocalFile


def test_a_look_at_the_folder_of_a_sandboxed_kernel_follows_no_links(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("password\nhunter2\n")
    (folder / "own.csv").write_text("a\n1\n")
    (folder / "data.csv").symlink_to(tmp_path / "secret.csv")
    beside = Beside()
    assert [file.name for file in beside.look(folder, links=True)[0]] == ["data.csv", "own.csv"]
    assert [file.name for file in beside.look(folder, links=False)[0]] == ["own.csv"]


async def test_a_notebook_that_became_a_link_is_not_written_through_it(tmp_path):
    (tmp_path / "work").mkdir()
    path, elsewhere = tmp_path / "work" / "n.ipynb", tmp_path / "elsewhere.ipynb"
    file = LocalFile(path, create=True)
    content, _ = await file.read()
    elsewhere.write_bytes(path.read_bytes())
    before = elsewhere.read_bytes()
    path.unlink()
    path.symlink_to(elsewhere)
    with pytest.raises(NotebookError, match="another place than before"):
        await file.write({**content, "cells": []})
    assert elsewhere.read_bytes() == before


async def test_a_notebook_that_is_a_link_from_the_beginning_is_written_where_it_leads(tmp_path):
    real, link = tmp_path / "real.ipynb", tmp_path / "link.ipynb"
    await LocalFile(real, create=True).read()
    link.symlink_to(real)
    file = LocalFile(link)
    content, _ = await file.read()
    await file.write({**content, "metadata": {"written": True}})
    assert link.is_symlink() and "written" in real.read_text()

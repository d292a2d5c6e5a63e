"""Links that a sandboxed kernel leaves in its folder: what runs outside must not follow them for it."""

import nbformat
import pytest
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager, LargeFileManager

from codeact_jupyter.beside import Beside
from codeact_jupyter.errors import NotebookError
from codeact_jupyter.notebook.file import LocalFile
from codeact_jupyter.session.contents import ContentsFile


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


@pytest.mark.parametrize("manager", [LargeFileManager, AsyncLargeFileManager])
async def test_a_notebook_of_the_servers_that_became_a_link_is_neither_read_nor_written_through_it(tmp_path, manager):
    for name in ("work", "private", "moved"):
        (tmp_path / name).mkdir()
        nbformat.write(nbformat.v4.new_notebook(), tmp_path / name / "n.ipynb")
    file = ContentsFile(manager(root_dir=str(tmp_path)), "work/n.ipynb")
    content, _ = await file.read()
    before = (tmp_path / "private" / "n.ipynb").read_bytes()
    (tmp_path / "work" / "n.ipynb").unlink()
    (tmp_path / "work" / "n.ipynb").symlink_to(tmp_path / "private" / "n.ipynb")
    for work in (file.read(), file.hash(), file.write({**content, "metadata": {"written": True}})):
        with pytest.raises(NotebookError, match="another place than before"):
            await work
    assert (tmp_path / "private" / "n.ipynb").read_bytes() == before
    file.path = "moved/n.ipynb"
    await file.read()


async def test_a_notebook_that_is_a_link_from_the_beginning_is_written_where_it_leads(tmp_path):
    real, link = tmp_path / "real.ipynb", tmp_path / "link.ipynb"
    await LocalFile(real, create=True).read()
    link.symlink_to(real)
    file = LocalFile(link)
    content, _ = await file.read()
    await file.write({**content, "metadata": {"written": True}})
    assert link.is_symlink() and "written" in real.read_text()

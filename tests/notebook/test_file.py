"""A notebook file survives what happens to it."""

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest

from codeact_jupyter.errors import NotebookError
from codeact_jupyter.notebook.content import kernel_name
from codeact_jupyter.notebook.document import Document
from codeact_jupyter.notebook.file import LocalFile
from codeact_jupyter.notebook.storage import ChangedMeanwhile
from tests.notebook.mounts import code, ids, notebook, user_cells, valid

MARK = {"codeact": {"run": "r", "step": 1, "attempt": 1, "model": "m"}}


def as_jupyter_writes(content: dict[str, Any], path: Path) -> bytes:
    nbformat.write(nbformat.from_dict(content), str(path))
    return path.read_bytes()


async def add(path: Path, source: str = "x = 1\nx") -> str:
    document = Document(LocalFile(path))
    await document.load()
    cell_id = document.insert(source, "load", MARK)
    sink = document.sink(cell_id)
    sink.append({"output_type": "stream", "name": "stdout", "text": "a\nb"})
    sink.append(
        {"output_type": "execute_result", "data": {"text/plain": "1\n2", "image/png": "x\ny"}, "metadata": {}, "execution_count": 1}
    )
    sink.ended(1)
    await document.save()
    return cell_id


async def test_the_file_is_what_jupyter_would_have_written(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    before = as_jupyter_writes(notebook(*user_cells()), path).decode()
    cell_id = await add(path)
    after = path.read_bytes()
    assert after == as_jupyter_writes(nbformat.read(str(path), 4), path)
    at = after.decode().index('  {\n   "cell_type": "code",\n   "execution_count": 1')
    end = after.decode().index("\n  },\n", at) + len("\n  },\n")
    assert cell_id in after.decode()[at:end]
    assert after.decode()[:at] + after.decode()[end:] == before  # apart from our cell not a byte is another


async def test_what_we_do_not_know_in_a_file_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    odd = {**notebook({**code("load", "a\nb"), "vendor": [1.5, None]}), "zz": {"b": 1, "a": "\ud83d"}, "aa": 1e-07}
    path.write_text(json.dumps(odd))
    await add(path)
    got = json.loads(path.read_text())
    assert list(got) == list(odd)
    assert {**got, "cells": got["cells"][:1]} == odd
    assert got["cells"][0]["source"] == "a\nb"


async def test_saving_without_a_change_does_not_write(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(notebook(*user_cells())))
    document = Document(LocalFile(path))
    await document.load()
    before = path.stat().st_ino, path.read_bytes()
    await document.save()
    await document.save()
    assert (path.stat().st_ino, path.read_bytes()) == before


async def test_a_missing_notebook_is_created_if_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "ü 1.ipynb"
    with pytest.raises(NotebookError, match="There is no notebook"):
        await LocalFile(path).read()
    content, _ = await LocalFile(path, create=True, metadata={"kernelspec": {"name": "python3", "display_name": "P"}}).read()
    valid(content)
    assert content == json.loads(path.read_text())
    assert (content["cells"], content["nbformat_minor"], content["metadata"]["kernelspec"]["name"]) == ([], 5, "python3")
    with pytest.raises(NotebookError, match="there is no folder"):
        await LocalFile(tmp_path / "no" / "n.ipynb", create=True).read()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not valid JSON"),
        ("{", "not valid JSON"),
        ("\xff", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[]", "no list of cells"),
        ('{"nbformat": 4}', "no list of cells"),
        ('{"nbformat": 4, "nbformat_minor": 5, "cells": [1]}', "no list of cells"),
        ('{"nbformat": 3, "worksheets": []}', "format 3.*convert"),
        ('{"nbformat": 5, "cells": []}', "format 5"),
        ('{"nbformat": 4, "nbformat_minor": null, "cells": [], "metadata": {}}', "nbformat_minor is no number"),
        ('{"nbformat": 4, "nbformat_minor": 5, "cells": [], "metadata": null}', "metadata are no object"),
        ('{"nbformat": 4, "nbformat_minor": 5, "cells": [{"cell_type": "code", "source": "", "outputs": ["x"]}]}', "no list of cells"),
        ('{"nbformat": 4, "nbformat_minor": 5, "cells": [{"cell_type": "code", "source": [1]}]}', "no list of cells"),
    ],
)
async def test_what_is_no_notebook_is_refused_in_plain_words_and_left_alone(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "n.ipynb"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(NotebookError, match=words):
        await LocalFile(path, create=True).read()
    assert path.read_bytes() == text.encode("latin-1")
    with pytest.raises(NotebookError, match="is a folder"):
        await LocalFile(tmp_path).read()


@pytest.mark.parametrize(
    ("metadata", "name"),
    [
        ({"kernelspec": {"name": "k"}}, "k"),
        ({}, None),
        ({"kernelspec": None}, None),
        ({"kernelspec": "k"}, None),
        ({"kernelspec": {}}, None),
    ],
)
async def test_the_kernel_is_the_one_that_is_named_whatever_the_metadata_hold(tmp_path: Path, metadata: Any, name: str | None) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": metadata}))
    document = Document(LocalFile(path))
    await document.load()
    assert kernel_name(document.content()) == name


@pytest.mark.parametrize("moved", [True, False])
async def test_a_notebook_that_was_moved_or_deleted_is_not_made_a_second_time(tmp_path: Path, moved: bool) -> None:
    path = tmp_path / "n.ipynb"
    document = Document(LocalFile(path, create=True))
    await document.load()
    one = document.insert("1", None, MARK)
    await document.save()
    path.rename(tmp_path / "moved.ipynb") if moved else path.unlink()
    document.insert("2", one, MARK)
    with pytest.raises(NotebookError, match="is gone: it was deleted, moved or renamed meanwhile"):
        await document.save()
    assert not path.exists()


async def test_a_read_only_notebook_is_not_replaced_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(notebook(*user_cells())))
    path.chmod(0o444)
    before = path.read_bytes()
    document = Document(LocalFile(path))
    await document.load()
    one = document.insert("x", "load", MARK)
    with pytest.raises(NotebookError, match="read-only"):
        await document.save()
    assert path.read_bytes() == before
    path.chmod(0o644)
    two = document.insert("y", one, MARK)
    await document.save()
    assert ids(json.loads(path.read_text())) == ["top", "load", one, two, "tail"]


async def test_a_full_disk_leaves_the_old_file_and_the_next_save_writes_all(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(notebook(*user_cells())))
    before = path.read_bytes()
    document = Document(LocalFile(path))
    await document.load()
    one = document.insert("x" * 100_000, "load", MARK)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(NotebookError, match="disk is full"):
            await document.save()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["n.ipynb"]
    await document.save()
    assert ids(json.loads(path.read_text())) == ["top", "load", one, "tail"]


async def test_mode_and_link_of_the_file_are_kept(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "n.ipynb", tmp_path / "link.ipynb"
    real.write_text(json.dumps(notebook(*user_cells())))
    real.chmod(0o640)
    link.symlink_to(real)
    cell_id = await add(link)
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert cell_id in ids(json.loads(real.read_text()))


async def test_what_another_program_writes_between_our_reading_and_writing_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(notebook(*user_cells())))
    file = LocalFile(path)
    content, _ = await file.read()
    path.write_text(json.dumps(notebook(*user_cells(), code("theirs"))))
    with pytest.raises(ChangedMeanwhile):
        await file.write(content)

    class Racing(LocalFile):
        """Another program writes just after our first reading."""

        raced = False

        async def read(self) -> tuple[dict[str, Any], str]:
            read = await super().read()
            if not self.raced:
                self.raced = True
                path.write_text(json.dumps(notebook(*user_cells(), code("again"))))
            return read

    document = Document(Racing(path))
    one = document.insert("x", None, MARK)
    await document.save()
    assert ids(json.loads(path.read_text())) == ["top", "load", "tail", one, "again"]


async def test_what_comes_in_while_the_file_is_written_gets_into_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(notebook(*user_cells())))
    document = Document(LocalFile(path))
    await document.load()
    one = document.insert("x", "load", MARK)
    sink = document.sink(one)
    sink.running()
    stop = False

    async def print_on() -> int:
        lines = 0
        while not stop:
            sink.append({"output_type": "stream", "name": "stdout", "text": f"{lines}\n"})
            lines += 1
            await asyncio.sleep(0)
        return lines

    printing = asyncio.create_task(print_on())
    for _ in range(5):
        await document.save()
    stop = True
    lines = await printing
    await document.save()
    outputs = json.loads(path.read_text())["cells"][2]["outputs"]
    assert ["".join(output["text"]) for output in outputs] == ["".join(f"{n}\n" for n in range(lines))]


WRITER = """
import asyncio, sys
from pathlib import Path
from codeact_jupyter.notebook.file import LocalFile
from codeact_jupyter.notebook.storage import ChangedMeanwhile

async def main():
    file = LocalFile(Path(sys.argv[1]))
    content, _ = await file.read()
    print("ready", flush=True)
    n = 0
    while True:
        n += 1
        content["metadata"]["n"] = n
        content["cells"][0]["source"] = str(n % 10) * 300_000
        await file.write(content)

asyncio.run(main())
"""


async def test_a_killed_writer_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(notebook(code("c"))))
    for round in range(8):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
        assert process.stdout is not None
        with process.stdout:
            assert process.stdout.readline() == b"ready\n"
            time.sleep(0.03 + 0.011 * round)
            process.send_signal(signal.SIGKILL)
            process.wait()
        content = json.loads(path.read_text())
        source = content["cells"][0]["source"]
        assert source in ("", str(content["metadata"].get("n", 0) % 10) * 300_000)
    assert content["metadata"]["n"] > 0
    for left in tmp_path.glob(".n.ipynb.codeact-*"):
        os.utime(left, (0, 0))
    await add(path)
    assert [each.name for each in tmp_path.iterdir()] == ["n.ipynb"]  # what the dead left is cleared away in time


async def test_a_file_that_jupyter_was_killed_in_the_midst_of_writing_is_taken_from_its_copy(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    whole = as_jupyter_writes(notebook(code("load", "kept = 1")), path)
    (tmp_path / ".~n.ipynb").write_bytes(whole)
    path.write_bytes(b"")

    await add(path)

    assert json.loads(path.read_text())["cells"][0]["id"] == "load"

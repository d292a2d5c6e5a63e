"""The folder as a whole: what is listed, what is remembered, and that nothing can hold it up."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from codeact_jupyter.beside import Beside

CSV = "a,b\n1,2\n"
LONG_AGO = 1_000_000_000


def old(path, text=CSV, at=LONG_AGO):
    path.write_text(text)
    os.utime(path, (at, at))
    return path


def test_tables_come_first_and_what_is_no_data_is_left_out(tmp_path):
    for name in ("z.csv", "b.json", "a.zip", "m.tsv", "notes.txt", "x.py", ".hidden.csv", "~$open.xlsx", "README", "A.CSV"):
        (tmp_path / name).write_text(CSV)
    files, more = Beside().look(tmp_path)
    assert [file.name for file in files] == ["A.CSV", "m.tsv", "z.csv", "b.json", "a.zip", "notes.txt"]
    assert more == 0


def test_a_folder_that_is_not_there_has_no_files(tmp_path):
    assert Beside().look(tmp_path / "none") == ([], 0)
    assert Beside().look(old(tmp_path / "file.csv")) == ([], 0)


def test_of_5_000_files_40_are_looked_into_and_the_others_counted(tmp_path):
    for number in range(5000):
        (tmp_path / f"{number:04}.csv").write_text(CSV)
    started = time.monotonic()
    files, more = Beside().look(tmp_path)
    assert (len(files), more, files[-1].columns) == (40, 4960, ["a", "b"])
    assert time.monotonic() - started < 3


def test_what_is_no_regular_file_is_neither_opened_nor_listed(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    (tmp_path / "real.csv").write_text(CSV)
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    files, more = Beside().look(tmp_path)
    assert [file.name for file in files] == ["link.csv", "real.csv"]
    assert more == 0


def test_a_link_that_leads_to_itself_is_said(tmp_path):
    (tmp_path / "a.csv").symlink_to(tmp_path / "b.csv")
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    files, _ = Beside().look(tmp_path)
    assert all(file.note.startswith("cannot be read: Too many levels of symbolic links") for file in files)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no such file")
def test_a_file_that_fails_while_it_is_read_is_said(tmp_path):
    (tmp_path / "a.csv").symlink_to("/proc/self/mem")
    (tmp_path / "b.csv").write_text(CSV)
    [failing, good], _ = Beside().look(tmp_path)
    assert (failing.note, good.columns) == ("cannot be read: Input/output error", ["a", "b"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read all")
def test_a_file_that_may_not_be_read_is_said(tmp_path):
    (tmp_path / "a.csv").write_text(CSV)
    (tmp_path / "a.csv").chmod(0)
    [file], _ = Beside().look(tmp_path)
    assert file.note == "cannot be read: Permission denied"


def test_a_file_is_looked_into_again_only_when_it_changed(tmp_path):
    path = old(tmp_path / "a.csv")
    beside = Beside()
    [first], _ = beside.look(tmp_path)
    time.sleep(2.1)  # until then it might have changed without its time showing it
    [second], _ = beside.look(tmp_path)
    [third], _ = beside.look(tmp_path)
    assert first == second and second is third
    old(path, "a,c\n1,2\n", LONG_AGO + 1)
    [changed], _ = beside.look(tmp_path)
    assert changed.columns == ["a", "c"]


def test_a_file_that_is_written_just_now_is_never_told_from_memory(tmp_path):
    beside = Beside()
    for name in "bcdefghijk":  # the same size, perhaps within one tick of the file system's clock
        (tmp_path / "a.csv").write_text(f"a,{name}\n1,2\n")
        [file], _ = beside.look(tmp_path)
        assert file.columns == ["a", name]
        assert beside.look(tmp_path)[0][0] is not file


def test_without_time_files_are_named_and_the_next_look_goes_on(tmp_path):
    for number in range(3):
        old(tmp_path / f"{number}.csv")
    files, more = Beside(0).look(tmp_path)
    assert (files, more) == ([], 0)
    beside = Beside(1e-3)
    for _ in range(200):
        files, _ = beside.look(tmp_path)
        if len(files) == 3 and all(file.columns for file in files):
            break
    assert all(file.columns or file.note == "not looked into: no time left" for file in files)


def test_looks_from_several_threads_do_not_get_in_each_others_way(tmp_path):
    for number in range(20):
        old(tmp_path / f"{number:02}.csv")
    beside = Beside()

    async def all_at_once():
        return await asyncio.gather(*(asyncio.to_thread(beside.look, tmp_path) for _ in range(8)))

    looks = asyncio.run(all_at_once())
    assert all(look == looks[0] for look in looks) and len(looks[0][0]) == 20


async def test_the_event_loop_goes_on_while_a_large_folder_is_looked_at(tmp_path):
    for number in range(40):
        (tmp_path / f"{number:02}.csv").write_text("".join(f"{row},text {row},2024-01-01\n" for row in range(20_000)))
    ticks = []

    async def tick():
        while True:
            ticks.append(time.monotonic())
            await asyncio.sleep(0.005)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    began = time.monotonic()
    await asyncio.to_thread(Beside().look, tmp_path)
    took = time.monotonic() - began
    ticking.cancel()
    assert max(after - before for before, after in zip(ticks, ticks[1:], strict=False)) < took / 2


def test_a_file_that_changes_while_it_is_read_does_no_harm(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(CSV * 1_000_000)

    async def truncated():
        looking = asyncio.create_task(asyncio.to_thread(Beside().look, tmp_path))
        await asyncio.sleep(0.002)
        os.truncate(path, 3)
        return await looking

    [file], _ = asyncio.run(truncated())
    assert file.name == "a.csv"


def test_nothing_heavy_is_imported(tmp_path):
    import subprocess
    import sys

    code = "import sys, codeact_jupyter.beside; print(sorted({'pandas', 'numpy', 'pyarrow', 'openpyxl'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"

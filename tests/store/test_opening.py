"""Whatever is where the store's file should be: it opens, or says why not, and nothing is overwritten."""

import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import pytest

from codeact_jupyter.errors import StoreError
from codeact_jupyter.events import UserAsked
from codeact_jupyter.store import Store

NFS = "36 35 98:0 / / rw - nfs4 server:/home rw\n"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "codeact" / "store.sqlite"


def filled(path, texts=("one", "two"), **how):
    store = Store(path, **how)
    conversation = store.conversation("/n.ipynb")
    store.begin("r", conversation)
    for text in texts:
        store.append("r", UserAsked(text=text))
    return store


def texts(store):
    return [recorded.event.text for recorded in store.events("r")]


def works(store):
    conversation = store.conversation("/new.ipynb")
    assert store.begin("new", conversation) and store.append("new", UserAsked(text="x")).seq == 1


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


# for its owner only


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_the_store_is_for_its_owner_only_whatever_the_umask(path, mask):
    before = os.umask(mask)
    try:
        store = filled(path)
    finally:
        os.umask(before)
    assert {file.name: mode(file) for file in path.parent.glob("store*")} == {
        name: 0o600 for name in ("store.sqlite", "store.sqlite-wal", "store.sqlite-shm")
    }
    assert mode(path.parent) == mode(path.parent / "live") == 0o700
    store.close()


def test_rights_that_are_too_wide_are_tightened(path):
    path.parent.mkdir()
    (path.parent / "live").mkdir()
    (path.parent / "live").chmod(0o777)
    left = filled(path)  # as a process that is killed leaves it: with its log
    for name in ("store.sqlite", "store.sqlite-wal", "store.sqlite-shm"):
        (path.parent / name).chmod(0o666)
    store = Store(path)
    assert {mode(file) for file in path.parent.glob("store*")} == {0o600} and mode(path.parent / "live") == 0o700
    store.close()
    left.close()


# what is no store


def broken(path):
    (found,) = [file for file in path.parent.glob("store.sqlite.broken-*") if not file.name.endswith(("-wal", "-shm"))]
    assert re.fullmatch(r"store\.sqlite\.broken-\d{8}T\d{6}\.\d{6}Z", found.name)
    return found


@pytest.mark.parametrize("garbage", [b"this is no database " * 500, b"SQLite format 3\0" + b"\xff" * 8000, b"xy", b"\0" * 100])
def test_garbage_is_set_aside_and_the_user_is_told(path, garbage):
    path.parent.mkdir()
    path.write_bytes(garbage)
    store = Store(path)
    assert broken(path).read_bytes() == garbage
    assert broken(path).name in store.notice and "could not be read" in store.notice and "notebooks are as they were" in store.notice
    works(store)
    store.close()
    again = Store(path)
    assert again.notice == "" and len(again.recent(9)) == 1
    again.close()


def test_a_folder_in_its_place_is_set_aside(path):
    path.mkdir(parents=True)
    (path / "kept").write_text("!")
    store = Store(path)
    assert (broken(path) / "kept").read_text() == "!" and "a folder" in store.notice
    works(store)
    store.close()


def test_a_file_that_was_only_never_begun_is_begun(path):
    path.parent.mkdir()
    path.touch()
    store = Store(path)
    assert store.notice == ""
    works(store)
    store.close()


def test_a_file_that_was_emptied_is_set_aside_with_what_its_log_has(path):
    left = filled(path)
    path.write_bytes(b"")
    store = Store(path)
    assert "it is empty" in store.notice and (path.parent / f"{broken(path).name}-wal").stat().st_size > 0
    works(store)
    store.close()
    left.close()


def test_a_file_truncated_anywhere_is_set_aside_or_whole(path, tmp_path):
    filled(path, [f"{number} {'x' * 3000}" for number in range(30)]).close()
    whole = path.read_bytes()
    assert len(whole) > 20 * 4096
    sizes = [*range(4096, len(whole), 4096), 2, 99, 100, 511, 512, 2048, 4095, 4097, len(whole) // 2 + 7, len(whole) - 1]
    for size in sizes:
        folder = tmp_path / str(size)
        folder.mkdir()
        cut = folder / "store.sqlite"
        cut.write_bytes(whole[:size])
        store = Store(cut)
        assert store.notice and broken(cut).read_bytes() == whole[:size], size
        works(store)
        store.close()
        shutil.rmtree(folder)


def test_a_log_that_was_cut_by_a_power_loss_loses_what_came_after_and_no_more(path, tmp_path):
    left = filled(path, [f"{number} {'x' * 3000}" for number in range(30)])
    log = path.with_name("store.sqlite-wal").read_bytes()
    found = []
    for size in (0, 31, 32, 5000, len(log) // 3, len(log) // 2, len(log) - 4096, len(log) - 1, len(log)):
        folder = tmp_path / str(size)
        folder.mkdir()
        shutil.copy(path, folder)
        (folder / "store.sqlite-wal").write_bytes(log[:size])
        store = Store(folder / "store.sqlite")
        assert store.notice == ""
        seqs = [recorded.seq for recorded in store.events("r")]
        assert seqs == list(range(1, len(seqs) + 1))
        found.append(len(seqs))
        works(store)
        store.close()
    assert found == sorted(found) and found[-1] == 30 and found[0] < 5
    left.close()


def test_damage_in_the_middle_is_told_when_it_is_met_and_set_aside_at_the_next_start(path):
    filled(path, [f"{number} {'x' * 3000}" for number in range(60)]).close()
    content = bytearray(path.read_bytes())
    content[20 * 4096 : 40 * 4096] = b"\xaa" * (20 * 4096)
    path.write_bytes(content)
    store = Store(path)
    assert store.notice == ""
    with pytest.raises(StoreError, match=r"cannot be read .*damaged.*start again"):
        store.events("r")
    store.close()
    store = Store(path)
    assert broken(path).exists() and store.notice
    works(store)
    store.close()
    again = Store(path)
    assert again.notice == "" and len(list(path.parent.glob("*.broken-*"))) == 1
    again.close()


def test_a_store_that_was_suspected_in_vain_stays(path):
    filled(path).close()
    path.with_name("store.sqlite.suspect").touch()
    store = Store(path)
    assert store.notice == "" and texts(store) == ["one", "two"] and not path.with_name("store.sqlite.suspect").exists()
    store.close()


# what cannot be had now


def test_a_store_that_another_process_keeps_locked_is_not_set_aside(path):
    filled(path, mounts=mounted(path, NFS)).close()  # without a log, readers are shut out too
    before = path.read_bytes()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match=r"locked.*Another process.*Nothing is lost"):
            Store(path, patience=0.1)
        other.execute("ROLLBACK")
    assert path.read_bytes() == before and not list(path.parent.glob("*.broken-*"))
    store = Store(path)
    assert texts(store) == ["one", "two"]
    store.close()


def test_a_record_that_has_to_wait_too_long_is_refused_and_can_be_made_later(path):
    store = filled(path, patience=0.1)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert texts(store) == ["one", "two"]
        for write in (
            lambda: store.append("r", UserAsked(text="three")),
            lambda: store.begin("s", "c"),
            lambda: store.new_conversation("/x"),
            lambda: store.rename("/n.ipynb", "/x"),
            lambda: store.filed("r", ["c"]),
            lambda: store.enqueue("q", "c", {}),
            lambda: store.forget("c"),
        ):
            with pytest.raises(StoreError, match="Nothing is lost"):
                write()
        other.execute("ROLLBACK")
    assert store.append("r", UserAsked(text="three")).seq == 3
    store.close()


def test_a_full_disk_is_told_and_what_is_there_stays(path):
    store = filled(path)
    (pages,) = store._db.execute("PRAGMA page_count").fetchone()
    store._db.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreError, match=r"cannot be written .*full.*Make room"):
        store.append("r", UserAsked(text="x" * 100_000))
    with pytest.raises(StoreError, match="Make room"):
        store.keep_blob(b"x" * 100_000, "image/png")
    assert texts(store) == ["one", "two"]
    store._db.execute("PRAGMA max_page_count=1000000")
    assert store.append("r", UserAsked(text="three")).seq == 3
    store.close()


READ_ONLY = """
import os, sys
from pathlib import Path
from codeact_jupyter.errors import StoreError
from codeact_jupyter.store import Store
if os.geteuid() == 0:
    os.setuid(65534)
try:
    Store(Path(sys.argv[1]))
except StoreError as error:
    print(error)
"""


@pytest.mark.parametrize("what", ["file", "folder", "folder that is not there"])
def test_a_store_that_may_not_be_written_is_told_and_left(path, what, tmp_path_factory):
    folder = tmp_path_factory.mktemp("elsewhere")
    for above in (folder, *folder.parents[:3]):
        above.chmod(above.stat().st_mode | 0o055)
    path = folder / "codeact" / "store.sqlite"
    if what != "folder that is not there":
        filled(path).close()
    before = path.read_bytes() if path.exists() else None
    for place, rights in ((path.parent / "live", 0o777), (path, 0o444), (path.parent, 0o777 if what == "file" else 0o555), (folder, 0o555)):
        if place.exists():
            place.chmod(rights)
    told = subprocess.run([sys.executable, "-c", READ_ONLY, str(path)], capture_output=True, text=True, check=True)
    assert "store of runs" in told.stdout and "Make the file and its folder writable" in told.stdout, told
    assert (path.read_bytes() if path.exists() else None) == before
    for place in (folder, path.parent):
        if place.exists():
            place.chmod(0o755)


# disks without shared memory


def mounted(path, table):
    path.parent.mkdir(exist_ok=True, parents=True)
    mounts = path.parent / "mountinfo"
    mounts.write_text(table)
    return mounts


def journal_mode(path):
    with closing(sqlite3.connect(path)) as db:
        return db.execute("PRAGMA journal_mode").fetchone()[0]


def test_on_a_networks_disk_there_is_no_log_in_shared_memory(path):
    store = filled(path, mounts=mounted(path, NFS))
    assert journal_mode(path) == "delete" and store._db.execute("PRAGMA synchronous").fetchone() == (2,)
    other = Store(path, mounts=path.parent / "mountinfo")  # nobody keeps it locked
    other.append("r", UserAsked(text="three"))
    assert texts(store) == ["one", "two", "three"]
    assert not list(path.parent.glob("*-shm")) and not list(path.parent.glob("*-wal"))
    store.forget(store.conversation("/n.ipynb"))
    other.close()
    store.close()


def test_a_store_that_had_such_a_log_opens_there_and_back_again(path):
    filled(path).close()
    assert journal_mode(path) == "wal"
    store = Store(path, mounts=mounted(path, NFS))
    assert texts(store) == ["one", "two"] and journal_mode(path) == "delete"
    works(store)
    store.close()
    store = Store(path)
    assert texts(store) == ["one", "two"] and journal_mode(path) == "wal"
    store.close()


def test_a_store_whose_log_was_left_by_a_killed_process_loses_nothing_on_the_way_there(path, tmp_path):
    left = filled(path)
    moved = tmp_path / "home" / "store.sqlite"
    moved.parent.mkdir()
    for beside in ("", "-wal"):
        shutil.copy(f"{path}{beside}", f"{moved}{beside}")
    left.close()
    store = Store(moved, mounts=mounted(path, NFS))
    assert texts(store) == ["one", "two"] and journal_mode(moved) == "delete"
    store.close()


def test_where_shared_memory_fails_though_the_disk_is_not_known_for_it_another_mode_is_taken(path):
    path.parent.mkdir()
    path.with_name("store.sqlite-shm").mkdir()  # so that it cannot be had
    store = filled(path)
    assert store.notice == "" and texts(store) == ["one", "two"] and journal_mode(path) == "delete"
    store.close()


# several at once


OPEN = """
import sys
from pathlib import Path
from codeact_jupyter.store import Store
from codeact_jupyter.events import UserAsked
store = Store(Path(sys.argv[1]))
conversation = store.conversation("/n.ipynb")
store.begin(sys.argv[2], conversation)
for _ in range(20):
    store.append(sys.argv[2], UserAsked(text="x"))
print(store.notice)
store.close()
"""


@pytest.mark.parametrize("before", [None, b"garbage" * 2000], ids=["nothing", "garbage"])
def test_processes_that_start_at_once_make_one_store(path, before):
    if before:
        path.parent.mkdir()
        path.write_bytes(before)
    started = [
        subprocess.Popen([sys.executable, "-c", OPEN, str(path), str(number)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for number in range(6)
    ]
    told = [process.communicate(timeout=60)[0].strip() for process in started]
    assert [process.returncode for process in started] == [0] * 6, told
    assert len([notice for notice in told if notice]) == (1 if before else 0)
    store = Store(path)
    assert [len(store.events(str(number))) for number in range(6)] == [20] * 6
    store.close()

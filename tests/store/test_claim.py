"""A run goes on in one process at most, and in none once that is gone."""

import errno
import signal
import stat
import subprocess
import sys
import threading

import pytest

from codeact_jupyter.store.claim import claim, held, holds


@pytest.fixture
def live(tmp_path):
    return tmp_path / "live"


HOLD = """
import sys, time
from pathlib import Path
from codeact_jupyter.store.claim import claim
held = claim(Path(sys.argv[1]), "r")
print("held" if held else "not", flush=True)
time.sleep(60)
"""


def holder(live):
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(live)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def test_a_run_is_held_once_until_it_is_given_back(live):
    assert not held(live, "r")
    ours = claim(live, "r")
    assert ours and held(live, "r") and claim(live, "r") is None
    assert claim(live, "other") is not None
    ours.release()
    assert not held(live, "r")
    again = claim(live, "r")
    assert again
    again.release()
    assert [file.name for file in live.iterdir()] == ["other"]


def test_an_id_is_a_name_and_no_way_to_another_file(live):
    live.mkdir()
    store = live.parent / "store.sqlite"
    store.write_text("all that is known")
    ours = claim(live, "../store.sqlite")
    assert ours and held(live, "../store.sqlite") and holds(live) == {"../store.sqlite"}
    ours.release()
    assert store.read_text() == "all that is known" and not list(live.iterdir())


def test_another_process_holds_it_until_it_is_killed(live):
    process = holder(live)
    try:
        assert held(live, "r") and claim(live, "r") is None and holds(live) == {"r"}
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert not held(live, "r") and holds(live) == set()
        assert list(live.iterdir()) == []  # what the dead one left is tidied away
    finally:
        process.kill()
        process.communicate()
    ours = claim(live, "r")
    assert ours
    ours.release()


def test_who_only_looks_is_not_taken_for_who_works(live):
    stop = threading.Event()

    def look():
        while not stop.is_set():
            held(live, "r")

    lookers = [threading.Thread(target=look) for _ in range(3)]
    for looker in lookers:
        looker.start()
    try:
        for _ in range(300):
            ours = claim(live, "r", 5)
            assert ours and held(live, "r")
            ours.release()
    finally:
        stop.set()
        for looker in lookers:
            looker.join()


def test_of_many_that_want_it_one_has_it(live):
    got = []
    barrier = threading.Barrier(8)

    def want():
        barrier.wait()
        got.append(claim(live, "r"))

    threads = [threading.Thread(target=want) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in got if one]) == 1


def test_what_is_held_is_for_its_owner_only(live):
    claim(live, "r")
    assert stat.S_IMODE(live.stat().st_mode) == 0o700 and stat.S_IMODE((live / "r").stat().st_mode) == 0o600


def test_on_a_disk_that_knows_no_locks_runs_can_be_begun_all_the_same(live, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def refuses(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuses)
    ours = claim(live, "r")
    assert ours and not held(live, "r")
    ours.release()

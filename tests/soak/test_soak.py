"""A server that people come to and go from holds what it held: some rounds in CI, ten minutes by `make soak`."""

import os

import pytest

from benchmarks.soak import growth, soak

SECONDS, LEAST = (600, 10) if os.environ.get("CODEACT_SOAK") else (15, 2)


@pytest.mark.timeout(SECONDS + 400)
async def test_memory_and_open_files_stay_level() -> None:
    looks = await soak(SECONDS, LEAST)
    assert looks[-1].handles <= looks[0].handles + 4 and looks[-1].threads <= looks[0].threads + 4, looks
    if len(looks) >= 10:  # with fewer, what is loaded late weighs too much
        added = growth(looks)["a round adds"]
        assert added["megabytes"] < 1 and added["handles"] < 0.2 and added["threads"] < 0.2, looks

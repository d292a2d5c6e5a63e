"""A server that people come to and go from holds what it held: some rounds in CI, ten minutes by `make soak`."""

import os

import pytest

from benchmarks.soak import growth, soak

SECONDS, LEAST = (600, 10) if os.environ.get("CODEACT_SOAK") else (15, 2)


@pytest.mark.timeout(SECONDS + 400)
async def test_memory_and_open_files_stay_level() -> None:
    soaked = await soak(SECONDS, LEAST)
    first, last = soaked.ours[0], soaked.ours[-1]
    assert last.handles <= first.handles + 4 and last.threads <= first.threads + 4, soaked
    if len(soaked.ours) >= 10:  # with fewer, what is loaded late weighs too much
        added = growth(soaked)["over that"]
        assert added["megabytes"] < 1 and added["handles"] < 0.2 and added["threads"] < 0.2, growth(soaked)

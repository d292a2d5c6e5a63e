"""One kernel for all the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.model.offline.notebook import Notebook


@pytest.fixture(scope="session")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    notebook = Notebook(tmp_path_factory.mktemp("offline"))
    yield notebook
    notebook.close()


@pytest.fixture
def notebook(kernel: Notebook, tmp_path: Path) -> Notebook:
    """An empty kernel in an empty folder, and no conversation yet."""
    kernel.move(tmp_path)
    return kernel

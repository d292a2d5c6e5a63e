import pytest

from codeact_jupyter.beside import Beside


@pytest.fixture
def look(tmp_path):
    """The one file of the folder, looked into."""

    def one():
        files, more = Beside(30).look(tmp_path)
        assert (len(files), more) == (1, 0)
        return files[0]

    return one

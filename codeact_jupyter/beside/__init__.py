"""The data files beside a notebook, looked into briefly: begin with `look.Beside`; it gives what `found` has, worded by `telling`."""

from codeact_jupyter.beside.found import Column, DataFile, Table
from codeact_jupyter.beside.look import Beside, files_beside

__all__ = ["Beside", "Column", "DataFile", "Table", "files_beside"]

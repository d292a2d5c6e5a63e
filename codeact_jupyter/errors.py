"""Every error a caller may want to catch.

* CodeActError
  x ActionParseError    the reply holds no action; told to the model, not to the user
  x CellRefused         a cell may not be rewritten; told to the model
  x LimitReached        steps ran out; the run ends as `limit`
  x Stuck               the same code failed in the same way too often; the run ends as `stuck`
  x ModelError          the model could not be asked, or gave nothing usable; the run ends as `failed`
    x ContextExceeded   the messages are longer than the model's window; they are shortened and sent again
    x NotTaken          the server takes no tools, or no images; it is asked again without them
  x KernelError         no kernel could be started, or it cannot run Python
  x NotebookError       the notebook cannot be read or written
  x SettingError        a setting has a value that cannot be used
  x StoreError          the store of runs cannot be opened or written
  x Busy                a run goes on in this notebook, here or in another process
  x SuiteError          the tasks of an evaluation cannot be had from where they should be

The text of each says what happened and what to do next: it is shown to the user as it stands.
"""

from typing import Literal


class CodeActError(Exception):
    """Base of the package's errors."""


class ActionParseError(CodeActError):
    """The reply did not follow the action format."""


class CellRefused(CodeActError):
    """The model may not rewrite this cell, or there is none."""


class LimitReached(CodeActError):
    """The run used up its budget of steps."""


class Stuck(CodeActError):
    """The same code failed in the same way again and again."""


class ModelError(CodeActError):
    """The model could not be asked, or what it sent is of no use."""


class ContextExceeded(ModelError):
    """The messages are longer than the model's context window."""


class NotTaken(ModelError):
    """The server refuses a part of the request that it could be asked without."""

    def __init__(self, words: str, what: Literal["tools", "images"]):
        super().__init__(words)
        self.what = what


class KernelError(CodeActError):
    """There is no kernel that could run the code."""


class NotebookError(CodeActError):
    """The notebook cannot be read or written."""


class SettingError(CodeActError):
    """A setting has a value that cannot be used."""


class StoreError(CodeActError):
    """The store of conversations and runs cannot be opened or written."""


class Busy(CodeActError):
    """A run goes on in this notebook."""


class SuiteError(CodeActError):
    """There is no such suite or task, or its data are not where they should be."""


def plain(error: Exception) -> str:
    """For the user: an error of ours as it stands, a defect with what to do."""
    if isinstance(error, CodeActError):
        return str(error)
    return f"The agent itself broke ({type(error).__name__}: {error}). The notebook is as the cells show it; ask again, and report this."

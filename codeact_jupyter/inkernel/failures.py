"""How a magic ends when it has no answer: an error, so that papermill and "Run all" stop, told in words instead of frames of ours."""

from codeact_jupyter.errors import CodeActError


class RunFailed(CodeActError):
    """The run ended without an answer."""

    def _render_traceback_(self) -> list[str]:
        return [f"RunFailed: {self}"]


class RunStopped(KeyboardInterrupt):
    """The user interrupted the run."""

    def _render_traceback_(self) -> list[str]:
        return [f"RunStopped: {self}"]

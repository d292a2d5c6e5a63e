"""Whose the kernel's names are: those that an action of ours made are the agent's, all others the user's."""

from collections.abc import Mapping
from dataclasses import replace

from codeact_jupyter.policy import binds
from codeact_jupyter.ports import Finished, Name


class Names:
    """What is known of one kernel's names; lives as long as its notebook's session."""

    def __init__(self) -> None:
        self._names: dict[str, Name] = {}
        self._ours: set[str] = set()
        self._kernel = ""

    def seen(self, kernel: str, names: Mapping[str, Name]) -> None:
        """They were asked for, with no action of ours in between: what is not as it was, somebody else has made so; another kernel has
        nothing of the last one's."""
        if kernel != self._kernel:
            self._kernel, self._ours = kernel, set()
        self._ours = {name for name in self._ours & names.keys() if replace(names[name], ours=True) == self._names[name]}
        self._keep(names)

    def after(self, finished: Finished, code: str | None = None, kernel: str = "") -> None:
        """An action of ours has ended, in this kernel, where that may change: what is new is ours, of what its code binds.  No code: nobody
        else had the kernel meanwhile."""
        another = kernel and self._kernel and kernel != self._kernel
        if another or finished.restarted or finished.kernel_exits:
            self._names, self._ours = {}, set()
        self._kernel = kernel or self._kernel
        if finished.names:
            new, made = finished.names.keys() - self._names.keys(), binds(code) if code is not None else frozenset("*")
            self._ours |= new if "*" in made else new & made
            self._keep(finished.names)

    def now(self) -> Mapping[str, Name]:
        """Each with whether it is ours."""
        return self._names

    def _keep(self, names: Mapping[str, Name]) -> None:
        self._ours &= names.keys()
        self._names = {name: replace(value, ours=name in self._ours) for name, value in names.items()}

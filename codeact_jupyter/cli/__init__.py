"""`jupyter codeact`: the agent without a browser.  Begin with `entry`; each command has a file of its name.

Exit codes: 0 answered, 1 failed, 2 usage, 3 limit or stuck, 130 stopped.  Of `doctor`: 0 a run could start, 1 not, 2 usage.  Of `runs`: 0.
"""

from codeact_jupyter.cli.entry import main

__all__ = ["main"]

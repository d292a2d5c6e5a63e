"""A job whose every step leaves a trace outside of the notebook, and a model that does it as a careful one would: by what it was told."""

import re
import threading
from collections import Counter
from itertools import repeat

from codeact_jupyter.testing import Messages, Say, ScriptedServer, say
from tests.commandline import act

STEPS = 6
DONE = "All six are done."
_NAME = re.compile(r"Count to six: ([\w-]+)")


def request(name: str) -> str:
    return f"Count to six: {name}"


def step(number: int) -> str:
    """Marks its beginning, has its effect, and goes on for a while; its variable is made of the one before."""
    before = f"x{number - 1}" if number > 1 else "0"
    return f"""# step {number}
import time
from pathlib import Path
Path("begun-{number}").touch()
time.sleep(0.1)
with open("counter", "a") as counter:
    counter.write("{number}\\n")
time.sleep(0.1)
try:
    x{number} = {before} + 1
except NameError:
    x{number} = -1
print("did {number}, x is", x{number})"""


LOOK = """from pathlib import Path
counted = Path("counter").read_text().split() if Path("counter").exists() else []
print("counted:", *counted, "end")"""
SLIP = '# a slip\n{}["missing"]'


class Model(ScriptedServer):
    """Answers all who ask at once; each by its name."""

    def __init__(self) -> None:
        super().__init__(repeat(self._says))
        self.asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    def _says(self, messages: Messages) -> Say:
        with self._lock:
            self.asked[_NAME.findall(str(messages))[-1]] += 1
        return say(reply(messages), pieces=12, delay=0.004)


def reply(messages: Messages) -> str:
    """What comes next; when something may have run, it looks first."""
    done: set[int] = set()
    slipped = unsure = False
    for message, after in zip(messages, [*messages[1:], {"content": ""}], strict=True):
        said, heard = str(message["content"]), str(after["content"])
        if message["role"] != "assistant":
            continue
        slipped = slipped or "a slip" in said
        unsure = "may have run" in heard
        done |= {int(number) for number in re.findall(r"did (\d)", heard)}
        if counted := re.search(r"counted: ([\d ]*)end", heard):
            done = {int(number) for number in counted[1].split()}
    if unsure:
        return act(LOOK, "I look what happened.")
    if len(done) == 3 and not slipped:
        return act(SLIP, "A slip.")
    left = [number for number in range(1, STEPS + 1) if number not in done]
    return act(step(left[0]), f"Now {left[0]}.") if left else DONE

"""The benchmark's APIs with their databases: in a task's kernel, and in the process that judges its call.  Standard library only.

A world is plain JSON: `apis` (name -> source, parameters, database), `base` (the source of their base class), `databases`, and `before`,
the calls of the dialogue until now.  In the kernel `opened(world)` gives a function for each API; `told()` says what was called.
"""

import ast
import contextlib
import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

TYPES = {"int": "int", "float": "float", "str": "str", "bool": "bool", "list": "list", "list(str)": "list"}


class Apis:
    """APIs that share their databases, as the benchmark's tool manager has them."""

    def __init__(self, world: Mapping[str, Any]):
        self.world = world
        self.databases: dict[str, Any] = json.loads(json.dumps(world["databases"]))
        self.calls: list[dict[str, Any]] = []
        self._made: dict[str, Any] = {}
        self._space: dict[str, Any] = {"__name__": "apis"}
        exec(compile(world["base"], "<api>", "exec"), self._space)

    def api(self, name: str) -> Any:
        """The one object of an API; None: it needs what is not here."""
        about = self.world["apis"][name]
        if name not in self._made and about["source"]:
            space: dict[str, Any] = {"__name__": "apis", "API": self._space["API"]}
            exec(compile(about["source"], f"<{name}>", "exec"), space)
            given = [self.databases[about["database"]]] if about["database"] in self.databases else []
            if name != "CheckToken" and "token" in about["parameters"]:
                given.append(self.api("CheckToken"))
            self._made[name] = space[name](*given)
        return self._made.get(name)

    def call(self, name: str, given: Mapping[str, Any], read: Callable[[str, Any], Any]) -> Any:
        """Its result, as the benchmark writes results."""
        parameters = self.world["apis"][name]["parameters"]
        for key in given:
            if key not in parameters:
                raise TypeError(f"{name} has no parameter {key!r}: it has {', '.join(parameters) or 'none'}")
        return self.api(name).call(**{key: read(parameters[key]["type"], value) for key, value in given.items()})

    def replay(self) -> None:
        """The calls until now, so that the databases are as they were left."""
        for name, given in self.world["before"]:
            if self.api(name):
                with contextlib.suppress(Exception):  # what the benchmark's code raises is its own business
                    self.call(name, given, kindly)

    def state(self) -> str:
        return hashlib.sha256(json.dumps(self.databases, default=str).encode()).hexdigest()

    def offered(self, name: str) -> Callable[..., Any]:
        """The API as a function for the model; what it is called with, and what came of it, is noted."""
        parameters = list(self.world["apis"][name]["parameters"])

        def function(*args: Any, **named: Any) -> Any:
            whole = args[0] if len(args) == 1 and isinstance(args[0], dict) and args[0].keys() <= set(parameters) else None
            # JSON has no names for arguments but in an object
            given = (dict(zip(parameters, args, strict=False)) if whole is None else whole) | named
            noted: dict[str, Any] = {"name": name, "given": {key: plain(value) for key, value in given.items() if value is not None}}
            self.calls.append(noted)
            if len(args) > len(parameters):
                raise TypeError(f"{name} takes {len(parameters)} arguments, not {len(args)}")
            if not self.api(name):
                return "[not available here: this API needs the network, or a package that is not installed]"
            noted["result"] = plain(self.call(name, {key: value for key, value in given.items() if value is not None}, kindly))
            noted["state"] = self.state()
            if noted["result"]["exception"]:
                raise RuntimeError(noted["result"]["exception"])
            return noted["result"]["output"]

        function.__name__ = function.__qualname__ = name
        return function


def plain(value: Any) -> Any:
    """As JSON can hold it."""
    return json.loads(json.dumps(value, default=str))


def strictly(kind: str, value: Any) -> Any:
    """A parameter as the benchmark's tool manager reads it, where its parsers hand it words: of numbers and truth values too."""
    if kind == "str":
        return str(value) if isinstance(value, int | float) else value
    if kind == "bool":
        return str(value) == "True"
    if kind in ("int", "float"):
        if isinstance(value, str) and not (value if kind == "int" else value.replace(".", "", 1)).isdigit():
            raise ValueError(f"{value!r} is no {kind}")
        return int(value) if kind == "int" else float(value)
    if kind not in TYPES:
        raise ValueError(f"there is no reading {kind}")
    return value


def kindly(kind: str, value: Any) -> Any:
    """The same, for a value of any notation: numbers and lists may be texts, and texts may be numbers."""
    match TYPES.get(kind, "str"):
        case "bool":
            return str(value).strip().lower() in ("true", "1", "yes", "on")
        case "int" | "float" as number:
            return int(value) if number == "int" else float(value)
        case "list":
            return _list(value)
        case _:
            return value if isinstance(value, str) else str(value)


def _list(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return [part.strip() for part in value.strip("[]").split(",")]


def opened(world: Mapping[str, Any]) -> dict[str, Callable[..., Any]]:
    """For the kernel: what its namespace gets."""
    apis = Apis(world)
    apis.replay()
    apis.calls.clear()
    names = {name: apis.offered(name) for name in world["offered"]}
    return names | {"_codeact_told": lambda: json.dumps(apis.calls)}


def judged(world: Mapping[str, Any], call: Mapping[str, Any], gold: Mapping[str, Any]) -> dict[str, Any]:
    """For the harness, in a process of its own: what the benchmark's own code says of a call, and what the right one would have led to."""
    found: dict[str, Any] = {"reference": False, "why": "", "result": None, "state": None}
    try:
        result = Apis(world).call(call["name"], call["given"], strictly)
        found["reference"] = bool(Apis(world).api(call["name"]).check_api_call_correctness(result, plain(gold["result"])))
    except Exception as error:  # noqa: BLE001  whatever the benchmark's code raises, the call is wrong by it
        found["why"] = f"{type(error).__name__}: {error}"
    apis = Apis(world)
    apis.replay()
    try:
        found["result"] = plain(apis.call(gold["name"], gold["given"], kindly))
        found["state"] = apis.state()
    except Exception as error:  # noqa: BLE001
        found["why"] = found["why"] or f"{type(error).__name__}: {error}"
    return found


if __name__ == "__main__":
    given = json.load(sys.stdin)
    json.dump(judged(given["world"], given["call"], given["gold"]), sys.stdout)

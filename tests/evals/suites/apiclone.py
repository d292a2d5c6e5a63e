"""A clone of the shape of API-Bank, with content of its own: a store of notes behind a password, and an API that needs the network."""

import json
from pathlib import Path
from typing import Any

API = """
class API:
    def call(self, **kwargs): raise NotImplementedError
    def check_api_call_correctness(self, response, groundtruth): raise NotImplementedError

    def tried(self, given, work):
        try:
            return {"api_name": type(self).__name__, "input": given, "output": work(), "exception": None}
        except Exception as error:
            return {"api_name": type(self).__name__, "input": given, "output": None, "exception": str(error)}
"""

CHECK = """
from apis.api import API

class CheckToken(API):
    description = "Checks a token."
    input_parameters = {"token": {"type": "str", "description": "The token."}}
    output_parameters = {"username": {"type": "str", "description": "Whose it is."}}
    database_name = "People"

    def __init__(self, init_database=None):
        self.database = init_database

    def check_token(self, token):
        for name, person in self.database.items():
            if person["token"] == token:
                return name
        raise Exception("The token is invalid.")
"""

ADD = """
from apis.api import API

class AddNote(API):
    description = "Adds a note."
    input_parameters = {
        "token": {"type": "str", "description": "The user's token."},
        "content": {"type": "str", "description": "What to note."},
        "stars": {"type": "int", "description": "How much it matters."},
        "tags": {"type": "list(str)", "description": "Words to find it by."},
        "shared": {"type": "bool", "description": "Whether others see it."},
    }
    output_parameters = {"status": {"type": "str", "description": "success or failed"}}
    database_name = "Notes"

    def __init__(self, init_database=None, token_checker=None):
        self.database, self.token_checker = init_database, token_checker

    def call(self, token, content, stars, tags=(), shared=False):
        given = {"token": token, "content": content, "stars": stars, "tags": tags, "shared": shared}
        return self.tried(given, lambda: self.add(token, content, stars))

    def add(self, token, content, stars):
        user = self.token_checker.check_token(token)
        self.database.setdefault(user, []).append({"content": content, "stars": stars})
        return "success"

    def check_api_call_correctness(self, response, groundtruth):
        same = all(response["input"][key] == groundtruth["input"][key] for key in ("token", "stars", "tags", "shared"))
        return same and response["output"] == groundtruth["output"]
"""

COUNT = """
from apis import API

class CountNotes(API):
    description = "Counts a user's notes."
    input_parameters = {"token": {"type": "str", "description": "The user's token."}}
    output_parameters = {"count": {"type": "int", "description": "How many."}}
    database_name = "Notes"

    def __init__(self, init_database=None, token_checker=None):
        self.database, self.token_checker = init_database, token_checker

    def call(self, token):
        return self.tried({"token": token}, lambda: len(self.database.get(self.token_checker.check_token(token), [])))

    def check_api_call_correctness(self, response, groundtruth):
        return response["output"] == groundtruth["output"]
"""

WEATHER = """
from apis.api import API
import some_package_that_nobody_has

class Weather(API):
    description = "Says the weather."
    input_parameters = {"town": {"type": "str", "description": "Where."}}
    output_parameters = {}

    def call(self, town): return some_package_that_nobody_has.get(town)
"""

TODAY = """
from apis.api import API

class Today(API):
    description = "Says which day it is."
    input_parameters = {}
    output_parameters = {"date": {"type": "str", "description": "The day."}}

    def call(self): return self.tried({}, lambda: "2023-05-05")
    def check_api_call_correctness(self, response, groundtruth): return response["output"] == groundtruth["output"]
"""


def _api(name: str, given: dict[str, Any], read: dict[str, Any], output: object) -> dict[str, Any]:
    result = {"api_name": name, "input": read, "output": output, "exception": None}
    return {"role": "API", "api_name": name, "param_dict": given, "result": result}


NOTE = {"token": "t-1", "content": "buy green paint today", "stars": "3", "tags": "['paint', 'shop']", "shared": "True"}
DIALOGUES: dict[str, list[dict[str, Any]]] = {
    "AddNote-level-2-1": [
        {"role": "User", "text": "Note for me, shared: buy green paint today; three stars, tags paint and shop. My token is t-1."},
        {"role": "AI", "text": "I do that."},
        _api("AddNote", NOTE, NOTE | {"stars": 3, "tags": ["paint", "shop"], "shared": True}, "success"),
        {"role": "AI", "text": "It is noted."},
        {"role": "User", "text": "How many notes do I have now?"},
        _api("CountNotes", {"token": "t-1"}, {"token": "t-1"}, 2),
        {"role": "AI", "text": "Two."},
    ],
    "Today-level-1-1": [{"role": "User", "text": "Which day is it?"}, _api("Today", {}, {}, "2023-05-05")],
    "Weather-level-1-1": [{"role": "User", "text": "How is it in Ghent?"}, _api("Weather", {"town": "Ghent"}, {"town": "Ghent"}, "wet")],
    "CountNotes-level-1-2": [
        {"role": "User", "text": "Count the notes of t-9."},
        {
            "role": "API",
            "api_name": "CountNotes",
            "param_dict": {"token": "t-9"},
            "result": {"api_name": "CountNotes", "input": {"token": "t-9"}, "output": None, "exception": "The token is invalid."},
        },
    ],
    # the dialogue calls the parameter otherwise than the API does
    "CountNotes-level-1-1": [
        {"role": "User", "text": "Count the notes of t-1."},
        _api("CountNotes", {"user_token": "t-1"}, {"user_token": "t-1"}, 1),
    ],
}
DATABASES = {
    "People": {"Ana": {"token": "t-1"}, "Bo": {"token": "t-2"}},
    "Notes": {"Ana": [{"content": "old", "stars": 1}], "Bo": []},
}


def small(folder: Path) -> Path:
    """The clone's root."""
    place = folder / "damo" / "api-bank"
    sources = {"api": API, "check_token": CHECK, "add_note": ADD, "count_notes": COUNT, "weather": WEATHER, "today": TODAY}
    texts = {f"apis/{name}.py": source for name, source in sources.items()} | {"apis/__init__.py": "from .api import API\n"}
    texts |= {f"init_database/{name}.json": json.dumps(database) for name, database in DATABASES.items()}
    for name, lines in DIALOGUES.items():
        texts[f"lv1-lv2-samples/level-1-given-desc/{name}.jsonl"] = "\n".join(map(json.dumps, lines)) + "\n"
    for name, text in texts.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    return folder / "damo"

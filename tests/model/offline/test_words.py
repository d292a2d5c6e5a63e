"""Tables for the pure parts: messages, column names, requests, and numbers kept as text."""

import pytest

from codeact_jupyter.model.offline.columns import find
from codeact_jupyter.model.offline.grammar import parse
from codeact_jupyter.model.offline.numerals import Cleaning, Unclear, plan
from codeact_jupyter.model.offline.plurals import forms, stem
from codeact_jupyter.model.offline.reading import Observation, read
from codeact_jupyter.model.offline.symbols import Schema

COLUMNS = ["species", "island", "bill_length_mm", "bill_depth_mm", "bodyMass (g)", "Total", "year"]
SCHEMA = Schema(COLUMNS, {"species": ["Adelie", "Gentoo"], "island": ["Dream", "Biscoe"]}, frozenset({"penguin"}), True)


@pytest.mark.parametrize(
    ("said", "names", "rank"),
    [
        ("Species", ("species",), 1),
        ("body mass", ("bodyMass (g)",), 2),
        ("body_mass_g", ("bodyMass (g)",), 1),
        ("islands", ("island",), 2),
        ("bill", ("bill_length_mm", "bill_depth_mm"), 3),
        ("depth", ("bill_depth_mm",), 3),
        ("weight", ("bodyMass (g)",), 4),
        ("speces", ("species",), 5),
        ("mm", None, 0),
        ("price", None, 0),
    ],
)
def test_a_loose_column_name_finds_its_column(said: str, names: tuple[str, ...] | None, rank: int) -> None:
    found = find(said, COLUMNS)
    assert (found.names, found.rank) == (names, rank) if names and found else found is None and names is None


@pytest.mark.parametrize(
    ("plural", "singular"), [("cities", "city"), ("boxes", "box"), ("mass", "mass"), ("status", "status"), ("rows", "row")]
)
def test_plurals_come_out_as_their_singular(plural: str, singular: str) -> None:
    assert stem(plural) == stem(singular) == singular


@pytest.mark.parametrize(
    ("singular", "plural"),
    [("knife", "knives"), ("shelf", "shelves"), ("movie", "movies"), ("size", "sizes"),
     ("bus", "buses"), ("house", "houses"), ("status", "statuses"), ("foreman", "foremen"),
     ("woman", "women"), ("olive", "olives"), ("cache", "caches"), ("potato", "potatoes"),
     ("shoe", "shoes"), ("index", "indices"), ("index", "indexes"), ("specimen", "specimens"),
     ("gas", "gases"), ("case", "cases"), ("lens", "lenses"), ("wave", "waves"),
     ("mouse", "mice"), ("grandchild", "grandchildren"), ("analysis", "analyses"), ("glove", "gloves"),
     ("purchase", "purchases"),],
)  # fmt: skip
def test_irregular_plurals_meet_their_singular(singular: str, plural: str) -> None:
    assert stem(singular) == stem(plural)
    assert plural in forms(singular) or singular in forms(plural)


@pytest.mark.parametrize(
    ("request_", "kind", "functions", "by", "conditions", "top"),
    [
        ("Average body mass by species", "measure", ["mean"], ["species"], 0, None),
        ("average total by year", "measure", ["mean"], ["year"], 0, None),
        ("total total per island", "measure", ["sum"], ["island"], 0, None),
        ("how many penguins are there", "measure", ["count"], [], 0, None),
        ("how many species are there on Dream?", "measure", ["many"], [], 1, None),
        ("min and max of body mass for Adelie and Gentoo", "measure", ["min", "max"], [], 1, None),
        ("the three heaviest penguins", "rank_rows", [None], [], 0, 3),
        ("which island has the highest average bill depth", "rank_groups", ["mean"], ["island"], 0, 1),
        ("top 2 species by body mass", "rank_rows", [None], [], 0, 2),
        ("most common island", "common", [], ["island"], 0, 1),
        ("body mass between 3000 and 4000, how many?", "measure", ["count"], [], 1, None),
        ("missing values", "missing", [], [], 0, None),
        ("what columns are there", "columns", [], [], 0, None),
        ("describe the data", "describe", [], [], 0, None),
    ],
)
def test_a_request_is_read(request_: str, kind: str, functions: list[str], by: list[str], conditions: int, top: int | None) -> None:
    intent = parse(request_, SCHEMA)
    assert not intent.loose
    if "species by" in request_:
        kind, functions, by = "rank_groups", [None], ["species"]
    assert intent.kind == kind
    assert [measure.function for measure in intent.measures] == functions
    assert [getattr(one, "names", (one,))[0] for one in intent.by] == by
    assert len(intent.conditions) == conditions
    assert intent.top == top


@pytest.mark.parametrize(
    "request_",
    [
        "average body mass by colour",
        "average body mass of chickens",
        "body mass over breakfast",
        "mean of 3 rows",
        "total total from January to March",
    ],
)
def test_a_word_that_has_no_place_is_never_passed_over(request_: str) -> None:
    assert parse(request_, SCHEMA).loose


@pytest.mark.parametrize(
    ("shapes", "strip", "comma"),
    [
        ({"9,999.99": 5, "99.99": 9, "n/a": 2}, {","}, False),
        ({"$99.99": 5, "-$9.99": 1}, {"$"}, False),
        ({"9.999,99": 5, "99,99": 9}, {"."}, True),
        ({"99,9": 5, "9": 9}, {"."}, True),
        ({"9 999 kg": 5, "99 kg": 9, "999": 1}, {"kg"}, False),
        ({"99.9%": 5}, {"%"}, False),
    ],
)
def test_shapes_of_text_say_how_to_read_it(shapes: dict[str, int], strip: set[str], comma: bool) -> None:
    found = plan(shapes)
    assert isinstance(found, Cleaning)
    assert (set(found.strip), found.decimal_comma) == (strip, comma)


@pytest.mark.parametrize(
    "shapes",
    [{"9,999": 5, "9,9": 2, "9,999,999": 1}, {"99-99": 5}, {"9 kg": 5, "9 lb": 5}, {"9m": 5}, {"word": 5, "9": 1}, {"<9": 4}, {"99 99": 4},
     {"9,999": 4, "9999": 3}],
)  # fmt: skip
def test_shapes_that_can_be_read_in_two_ways_are_not_read(shapes: dict[str, int]) -> None:
    assert isinstance(plan(shapes), Unclear)


def test_messages_are_read_as_the_prompt_writes_them() -> None:
    context = (
        "<context>\nNotebook: a.ipynb (2 cells)\n\n## Files beside the notebook\n"
        '- "a b.csv", 1.2 kB, 4 lines; separator ";"; columns ["x; columns", "y"]; first rows [["1", "2"]]\n- "c.txt", 9 B\n\n'
        "## Names in the kernel\n- df: DataFrame 344x8\n- n: int\n</context>"
    )
    messages = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "Request:\nfirst"},
        {"role": "assistant", "content": "42"},
        {"role": "user", "content": f"{context}\n\nRequest:\nnow by\nmonth\n\nYou have 30 steps left."},
        {"role": "assistant", "content": "…"},
        {
            "role": "user",
            "content": "Observation:\n7\n\nThe user says now: stop that\n\nYou have 1 step left: answer now with what you have seen.",
        },
    ]
    scene = read(messages)
    assert (scene.request, scene.earlier, scene.frames, scene.names) == ("now by\nmonth", ("first",), ("df",), frozenset({"df", "n"}))
    assert [(file.name, file.separator, file.columns) for file in scene.files] == [("a b.csv", ";", ("x; columns", "y"))]
    assert (scene.observations, scene.steps_left) == ((Observation("7", "stop that", 1),), 1)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("1\n[error]\n  File x\nKeyError: 'a'", ("KeyError", "'a'")),
        ("[error]\npandas.errors.ParserError: bad\nmore", ("ParserError", "bad\nmore")),
        ("KeyError: printed", None),
    ],
)
def test_the_error_of_an_observation_is_its_last_one(text: str, error: tuple[str, str] | None) -> None:
    assert Observation(text).error == error


def test_digits_in_the_name_of_a_cell_are_not_the_steps_that_are_left():
    asked = {"role": "user", "content": "Request:\nwhat is in it\n\nYou have 9 steps left."}
    observed = {"role": "user", "content": "Observation:\n7\n\n(Cell 1d0b3c5a.) You have 8 steps left."}
    scene = read([asked, {"role": "assistant", "content": "<execute>\n7\n</execute>"}, observed])
    assert (scene.observations[-1].text, scene.steps_left) == ("7", 8)

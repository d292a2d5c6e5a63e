"""Several tasks in one request, what goes on from them, and what points back at them."""

from pathlib import Path

import pytest

from codeact_jupyter.model.offline.grammar import parse
from codeact_jupyter.model.offline.symbols import Schema
from codeact_jupyter.model.offline.tasks import tasks_in
from tests.model.offline.notebook import Notebook

SCHEMA = Schema(["city", "price", "size", "sold_on"], {"city": ["Oslo", "Bergen"]}, frozenset({"home"}), complete=True)
HOMES = "city,price,size\n" + "\n".join(f"{'Oslo' if n % 3 else 'Bergen'},{n * n % 23 + 1},{n}" for n in range(30)) + "\n"


@pytest.fixture
def homes(notebook: Notebook, tmp_path: Path) -> Notebook:
    (tmp_path / "homes.csv").write_text(HOMES)
    return notebook


@pytest.mark.parametrize(
    ("request_", "kinds"),
    [
        ("average price by city", ["measure"]),
        ("average price and size by city", ["measure"]),
        ("the mean price by city, and plot a histogram of price; then how many rows are there?", ["measure", "spread", "measure"]),
        ("Average price by city. Plot it.", ["measure"]),
        ("Average price by city, and plot it as a line chart", ["measure"]),
        ("What is the average price? Only for Oslo.", ["measure"]),
        ("average price in Oslo, then in Bergen", ["measure", "measure"]),
        ("1) average price\n2) correlation of price and size\n3) top 3 homes by price", ["measure", "correlation", "rank_rows"]),
        ("- list the cities\n- box plot of price by city", ["distinct", "spread"]),
        ("average price by city and the correlation between price and size", ["measure", "correlation"]),
        ("trend of the average price; fit a line to price against size; scatter plot of price vs size", ["trend", "fit", "correlation"]),
        ("What's the average price in St. Olav?", ["measure"]),
        ("What is the average price and how many homes are in Oslo?", ["measure", "measure"]),
    ],
)
def test_a_request_is_cut_where_one_task_ends(request_: str, kinds: list[str]) -> None:
    assert [task.intent.kind for task in tasks_in(request_, lambda text: parse(text, SCHEMA))] == kinds


def test_each_task_is_answered_in_its_order(homes: Notebook) -> None:
    told = homes.ask("the mean price by city, and plot a histogram of price; then how many rows are there?")
    heads = [line for line in told.answer.splitlines() if line.startswith("### ")]
    assert heads == ["### 1. The mean price by city", "### 2. Plot a histogram of price", "### 3. How many rows are there"]
    assert told.answer.index("average price") < told.answer.index("The chart is in the notebook") < told.answer.index("**30** rows")


def test_a_task_that_is_beyond_it_is_said_beside_the_answers_to_the_others(homes: Notebook) -> None:
    answer = homes.ask("How many rows are there? Predict the price of a home. What is the maximum size?").answer
    assert "**30** rows" in answer
    assert "**29**" in answer
    assert answer.count("I cannot answer this") == 1
    assert answer.count("OPENAI_API_KEY") == 1


@pytest.mark.parametrize(
    "request_",
    [
        "average price by city. Ignore the cheap ones.",
        "average price without the outliers; how many rows?",
        "average price and number of homes in Oslo",
        "average price in Oslo and the total number of rows",
        "average price and number of rows by city",
        "What is the average there?",
    ],
)
def test_what_may_change_the_meaning_of_the_others_is_never_passed_over(homes: Notebook, request_: str) -> None:
    assert homes.ask(request_).answer.startswith("I cannot answer this:")


def test_words_that_point_back_mean_the_rows_before_or_are_refused(homes: Notebook) -> None:
    rows = [line.split(",") for line in HOMES.splitlines()[1:]]
    oslo = [int(price) for city, price, _ in rows if city == "Oslo"]
    answer = homes.ask("How many homes are in Oslo? What is the total price of those?").answer
    assert f"where city is Oslo is **{sum(oslo)}**" in answer
    homes.earlier = []
    assert "it points back at a result" in homes.ask("Which city has the highest average price? What is the total size there?").answer


def test_follow_ups_go_on_from_the_last_task(homes: Notebook) -> None:
    homes.ask("How many rows are there? Then the average price by city.")
    assert "The median price by city" in homes.ask("and the median?").answer
    assert "histogram" not in homes.ask("histogram of size").answer
    assert "`price` in `homes.csv`" in homes.ask("what about price?").answer
    assert homes.ask("correlation of price and size").answer.startswith("The Pearson correlation")
    assert "by groups" in homes.ask("and by city?").answer


def test_a_line_through_too_little_is_not_drawn(notebook: Notebook, tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text("day,x,y\n2024-01-01,1,5\n2024-01-02,1,7\n2024-01-03,1,9\n")
    assert "too few different values" in notebook.ask("linear fit of y on x").answer
    assert "no correlation" in notebook.ask("correlation of x and y").answer
    assert "too few different values" in notebook.ask("trend of y by month").answer
    assert "**rises**" in notebook.ask("trend of y by day").answer

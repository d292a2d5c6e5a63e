"""Follow-ups, the kernel's own frames, steering, the last step, and what it cannot do."""

from pathlib import Path

import pytest

from codeact_jupyter.model.offline.replying import reply
from tests.model.offline.notebook import Notebook

SALES = "when,region,product,amount\n2024-01-03,N,a,1\n2024-01-09,S,b,2\n2024-02-11,N,b,6\n2024-02-12,S,a,9\n"


@pytest.fixture
def sales(notebook: Notebook, tmp_path: Path) -> Notebook:
    (tmp_path / "sales.csv").write_text(SALES)
    return notebook


def test_follow_ups_keep_what_they_do_not_say(sales: Notebook) -> None:
    assert "| N | 3.5 |" in sales.ask("What is the average amount by region?").answer
    assert "| 2024-01 | 1.5 |" in sales.ask("now by month").answer
    assert "| a | 5 |" in sales.ask("and by product?").answer
    told = sales.ask("what about the total?")
    assert "| a | 10 |" in told.answer
    assert not any("read_csv" in cell for cell in told.cells), "the frame is in the kernel still"
    told = sales.ask("plot it")
    assert "| a | 10 |" in told.answer
    assert "The chart is in the notebook" in told.answer
    assert "**1**" in sales.ask("What is the minimum amount?").answer


def test_a_question_back_is_answered_by_the_next_request(sales: Notebook) -> None:
    assert "the total or the average" in sales.ask("amount by region").answer
    assert "| N | 7 |" in sales.ask("the total").answer


def test_follow_ups_of_gaps_and_extremes_keep_their_sense(sales: Notebook, tmp_path: Path) -> None:
    assert "`region` has **0** missing values" in sales.ask("missing values in region").answer
    assert "`amount` has **0** missing values" in sales.ask("and in amount?").answer
    sales.move(tmp_path)
    assert "**8**" in sales.ask("total amount for all but a").answer
    assert "**2024-01-03**" in sales.ask("What is the earliest date?").answer


def test_a_frame_of_the_users_is_used_and_left_as_it_is(notebook: Notebook) -> None:
    notebook.run("import pandas as pd\nresult = name = column = values = text = clean = 7")
    notebook.run("import pandas as pd\ndf = pd.DataFrame({'town': ['A', 'A', 'B'], 'cost': ['1 EUR', '3 EUR', '5 EUR']})")
    assert "| A | 2 |" in notebook.ask("average cost by town").answer
    assert (
        notebook.run("print(result, name, column, values, text, clean, df['cost'].tolist())") == "7 7 7 7 7 7 ['1 EUR', '3 EUR', '5 EUR']"
    )


def test_a_frame_of_the_users_is_not_overwritten_by_a_file(sales: Notebook) -> None:
    sales.run("import pandas as pd\ndf = pd.DataFrame({'height': [1, 2]})")
    assert "**18**" in sales.ask("total amount").answer
    assert sales.run("print(list(df))") == "['height']"


def test_of_several_files_the_one_that_fits_is_taken(sales: Notebook, tmp_path: Path) -> None:
    (tmp_path / "weather.tsv").write_text("city\train\nX\t3\nY\t5\n")
    told = sales.ask("average rain")
    assert "**4**" in told.answer
    assert "weather.tsv" in told.answer
    sales.move(tmp_path)
    assert "say which" in sales.ask("how many rows are there?").answer


def test_steering_changes_what_is_asked(sales: Notebook) -> None:
    told = sales.ask("average amount by region", steering=["use the median instead"])
    assert told.answer.startswith("I cannot") or "median" in told.answer
    sales.earlier = []
    assert "| a | 10 |" in sales.ask("total amount by region", steering=["now by product"]).answer


def test_at_the_last_step_it_answers_with_what_it_saw(sales: Notebook) -> None:
    told = sales.ask("average amount by region", steps=2)
    assert len(told.cells) == 1
    assert told.answer.startswith("The steps ran out")
    assert "4 rows and 4 columns" in told.answer


@pytest.mark.parametrize(
    "request_",
    ["write a poem", "train a neural net on it", "correlation between amount and region",
     "join it with weather", "average amount by colour",
     "average of it", "which region is best?", "total amount not in N or a", "average amount of the last 2 rows", "amount by region"],
)  # fmt: skip
def test_what_it_cannot_do_it_says_with_how_to_connect_a_model(sales: Notebook, request_: str) -> None:
    answer = sales.ask(request_).answer
    assert answer.startswith("I cannot answer this:")
    assert "OPENAI_API_KEY" in answer


def test_without_data_it_says_so(notebook: Notebook) -> None:
    assert "there is no table beside the notebook" in notebook.ask("average price").answer


def test_a_wide_table_is_looked_at_again(notebook: Notebook, tmp_path: Path) -> None:
    names = [f"measurement number {n:03}" for n in range(70)]
    rows = [[f"{n}.{row}{'7' * 12}" for n in range(70)] for row in range(9)]
    (tmp_path / "wide.csv").write_text("\n".join(",".join(line) for line in [names, *rows]) + "\n")
    told = notebook.ask("maximum of measurement number 069")
    assert len(told.cells) == 3
    assert "**69.88**" in told.answer


def test_after_a_restart_in_mid_run_the_file_is_read_again(sales: Notebook) -> None:
    def restart(cell: int) -> None:
        if cell == 1:
            sales.run("%reset -f")

    told = sales.ask("average amount by region", after=restart)
    assert any("NameError" in seen for seen in told.seen)
    assert "| N | 3.5 |" in told.answer


def test_no_row_that_matches_is_said_and_nothing_computed(sales: Notebook) -> None:
    assert sales.ask("average amount in 2031").answer.startswith("No row of `sales.csv` matches")


@pytest.mark.parametrize(
    ("observation", "reply_has"),
    [
        ("7\n[still running] The code goes on in the kernel.", '<wait seconds="30"/>'),
        ("This was not allowed to run.", "The cell was not run"),
        ("[error]\nModuleNotFoundError: No module named 'pandas'", "%pip install pandas"),
        ("[error]\nEmptyDataError: No columns to parse from file", "cannot be read (EmptyDataError"),
    ],
)
def test_what_happens_to_a_cell_is_answered(observation: str, reply_has: str) -> None:
    context = (
        '<context>\n## Files beside the notebook\n- "a.csv", 9 B, 2 lines; separator ","; columns ["x"]; first rows [["1"]]\n</context>'
    )
    messages = [{"role": "user", "content": f"{context}\n\nRequest:\naverage x\n\nYou have 9 steps left."}]
    messages.append({"role": "assistant", "content": reply(messages)})
    messages.append({"role": "user", "content": f"Observation:\n{observation}\n\nYou have 8 steps left."})
    assert "<execute>" in messages[1]["content"]
    assert reply_has in reply(messages)

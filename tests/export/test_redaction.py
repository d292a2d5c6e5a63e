"""What `--redact` masks: values, with the structure left, and equal values alike."""

import ast

import pytest

from codeact_jupyter.export.hiding import Hiding
from codeact_jupyter.export.redaction import Redaction
from codeact_jupyter.export.secrets import Secrets
from tests.export.events import action, answer, run


@pytest.mark.parametrize(
    "code, safe",
    [
        ("df['age'] > 30", "df['TEXT_1'] > NUMBER_1"),
        ('f"{name} is {age:.2f} old"', 'f"{name}TEXT_1{age:.2f}TEXT_2"'),
        ('print(x, sep="\\n", end="")', 'print(x, sep="\\n", end="")'),
        ("x1 = 1.5e3 + 0xff  # of 12", "x1 = NUMBER_1 + NUMBER_2  # of NUMBER_3"),
        ('"""Doc of Ada."""', '"""TEXT_1"""'),
        ("a = 'x1'; b = \"x1\"; c = 5; d = 5", "a = 'TEXT_1'; b = \"TEXT_1\"; c = NUMBER_1; d = NUMBER_1"),
        ("mail = 'ada@example.org'", "mail = 'EMAIL_1'"),
        ("%timeit f(10)", "%timeit f(NUMBER_1)"),
    ],
)
def test_literals_of_code_are_masked_and_names_stay(code: str, safe: str) -> None:
    assert Redaction().code(code) == safe
    if not code.startswith("%"):
        ast.parse(safe)


@pytest.mark.parametrize(
    "text, safe",
    [
        ("Write to ada@example.org or +49 30 1234567.", "Write to EMAIL_1 or PHONE_1."),
        ("It is 3.5 of 1,200 for 'Ada Lovelace'; don't ask.", "It is NUMBER_1 of NUMBER_2 for 'TEXT_1'; don't ask."),
        ("Cell In[3], line 12\n----> 1 f()\nValueError: bad", "Cell In[3], line 12\n----> 1 f()\nValueError: bad"),
        ("df2 and x_3 are names", "df2 and x_3 are names"),
    ],
)
def test_values_in_words_are_masked(text: str, safe: str) -> None:
    assert Redaction().prose(text) == safe


def test_equal_values_have_equal_masks_all_through_a_trajectory() -> None:
    made = run(action(1, "names = ['Grace', 'Ada']\nprint(names[1], 1850)", text="Ada 1850"), answer("Ada, in 1850."), text="Who, Ada?")
    safe = Hiding(Secrets(), redact=True)(made)
    assert safe.asked.text == "Who, TEXT_2?"
    assert safe.steps[0].code == "names = ['TEXT_1', 'TEXT_2']\nprint(names[NUMBER_1], NUMBER_2)"
    assert safe.steps[0].reply.text == f"A step.\n\n<execute>\n{safe.steps[0].code}\n</execute>"
    assert safe.steps[0].text == "TEXT_2 NUMBER_2"
    assert safe.end is not None
    assert safe.end.answer == "TEXT_2, in NUMBER_2."


def test_calls_in_json_and_text_keep_their_form() -> None:
    redaction = Redaction()
    assert redaction.reply('Action: {"tool": "find", "args": ["Paris", 3, true]} End Action', "json").count('"find"') == 1
    told = Redaction().reply("Thought: look\nAction: find, Paris, 3 End Action", "text")
    assert "find, TEXT_1, NUMBER_1 End Action" in told

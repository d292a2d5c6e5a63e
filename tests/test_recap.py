"""What was done, in words."""

import pytest

from codeact_jupyter.recap import prose


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("I look.\n<execute>\nx\n</execute>", "I look."),
        ("<think>hm</think>I look.\n```python\nx\n```", "I look."),
        ("I wait.\n<wait/>", "I wait."),
        ('Thought: I look.\nAction: {"tool": "f", "args": []} End Action', "I look."),
        ("Thought: I look. Action: f, 1 End Action", "I look."),
        ("**Thought:** I look.\n**Action:** f **End Action**", "I look."),
        ("Next action: I look.\n<execute>\nx\n</execute>", "Next action: I look."),
        ("Just words.", "Just words."),
    ],
)
def test_of_a_step_is_told_what_was_said_before_its_action(reply: str, said: str) -> None:
    assert prose(reply) == said

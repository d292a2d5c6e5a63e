"""What the paper's authors published, to stand beside ours."""

from dataclasses import dataclass

FORMATS = ("code", "json", "text")
SOURCE = "Wang et al., Executable Code Actions Elicit Better LLM Agents, ICML 2024"
ADDRESS = "https://arxiv.org/abs/2402.01030"


@dataclass(frozen=True)
class Published:
    """A benchmark, as it was published."""

    measure: str
    """What its percentages are of."""
    n: int
    differs: str
    """From how it is measured here."""
    rows: tuple[tuple[str, tuple[float, ...], tuple[float, ...]], ...]
    """A model; success in percent by format; mean turns by format, or nothing."""


M3TOOLEVAL = Published(
    "tasks solved, by the reference rule",
    82,
    "The paper's figures are from its released analysis: 82 tasks, each tried once at temperature 0 with at most 512 tokens a reply "
    "and at most 10 replies, in a bare interpreter with the prompts of its repository; observations are cut after 2,000 characters. "
    "Here the actions are cells in a notebook's kernel, the words around the task and the observations are ours, the model's server "
    "settles temperature and length, and json and text are told as much of an error as code. Both count every reply as a turn, and "
    "both tell a wrong answer and go on.",
    (
        ("gpt-4-1106-preview", (74.4, 52.4, 53.7), (5.5, 7.6, 7.7)),
        ("gpt-4-0613", (67.1, 56.1, 45.1), (6.6, 7.6, 8.0)),
        ("claude-2", (54.9, 39.0, 29.3), (7.2, 8.3, 8.5)),
        ("gpt-3.5-turbo-0613", (51.2, 26.8, 20.7), (7.0, 8.8, 9.2)),
        ("gpt-3.5-turbo-1106", (29.3, 15.9, 14.6), (8.4, 9.0, 9.0)),
        ("gemini-pro", (22.0, 19.5, 11.0), (8.8, 9.1, 9.5)),
        ("text-davinci-003", (20.7, 18.3, 7.3), (9.2, 9.0, 9.6)),
        ("claude-instant-1", (20.7, 31.7, 24.4), (8.8, 8.6, 8.9)),
        ("lemur-70b-chat-v1", (13.4, 15.9, 12.2), (9.1, 9.3, 9.4)),
        ("Llama-2-70b-chat", (11.0, 3.7, 3.7), (9.1, 9.8, 9.8)),
        ("mint-agent (early CodeActAgent)", (9.8, 13.4, 3.7), (9.4, 9.4, 9.8)),
        ("text-davinci-002", (4.9, 4.9, 8.5), (9.7, 9.8, 9.6)),
        ("CodeLlama-7b-Instruct", (4.9, 2.4, 2.4), (9.7, 9.9, 9.9)),
        ("CodeLlama-13b-Instruct", (4.9, 4.9, 4.9), (9.8, 9.8, 9.7)),
        ("CodeLlama-34b-Instruct", (2.4, 0.0, 0.0), (9.9, 10.0, 10.0)),
        ("Llama-2-7b-chat", (0.0, 1.2, 2.4), (8.9, 9.5, 9.6)),
        ("Llama-2-13b-chat", (0.0, 0.0, 0.0), (9.7, 10.0, 10.0)),
        ("Mistral-7B-Instruct-v0.1", (0.0, 3.7, 1.2), (10.0, 9.8, 9.9)),
    ),
)

APIBANK = Published(
    "calls of level 1 that are right, by the reference rule",
    399,
    "The paper's figures are shares of 399 calls of level 1 (the repository has 389 today), each asked for once, without being run "
    "for the model, after a conversation given in the format that is measured. Its own converters and parsers let no more than 82.8 % "
    "(code, text) or 84.3 % (json) of the gold calls through when they run without the network. Here the call runs in a kernel, with "
    "the databases as the dialogue left them.",
    (
        ("gpt-4-1106-preview", (76.69, 82.71, 73.43), ()),
        ("gpt-4-0613", (75.44, 81.95, 74.44), ()),
        ("gpt-3.5-turbo-1106", (75.44, 78.45, 73.43), ()),
        ("gpt-3.5-turbo-0613", (74.44, 73.93, 73.43), ()),
        ("claude-2", (76.69, 59.40, 73.68), ()),
        ("claude-instant-1", (75.19, 64.91, 73.18), ()),
        ("gemini-pro", (70.43, 73.18, 71.18), ()),
        ("text-davinci-003", (75.44, 76.94, 69.67), ()),
        ("text-davinci-002", (69.17, 59.65, 57.39), ()),
        ("lemur-70b-chat", (58.65, 46.62, 56.14), ()),
        ("Llama-2-70b-chat", (35.59, 14.29, 37.59), ()),
        ("Llama-2-13b-chat", (38.10, 8.52, 37.34), ()),
        ("Llama-2-7b-chat", (28.82, 11.28, 25.81), ()),
        ("CodeLlama-34b", (17.29, 12.03, 16.79), ()),
        ("CodeLlama-13b", (11.78, 7.77, 14.04), ()),
        ("CodeLlama-7b", (12.53, 12.03, 17.04), ()),
        ("Mistral-7B-Instruct", (2.51, 2.26, 3.01), ()),
    ),
)


def published(suite: str) -> Published | None:
    """None: the paper has no such suite."""
    return {"m3tooleval": M3TOOLEVAL, "apibank": APIBANK}.get(suite)

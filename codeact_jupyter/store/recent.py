"""The list of runs, newest first: one query, as long as the answer and no longer."""

from dataclasses import dataclass

LONGEST = 500
"""Characters of a request in the list."""


@dataclass(frozen=True)
class Entry:
    """A run, in short."""

    run: str
    path: str
    conversation: str
    started: str
    request: str
    model: str
    ended: str
    """When its last event was."""
    last: str
    """Type of its last event; without `run_finished`, it goes on or was cut off."""
    reason: str
    steps: int
    tokens: int
    """Of prompts and replies together."""
    cost: float | None
    """In the currency of the price table; None: the model's prices are not known."""


CONDITIONS = {
    "before": "runs.started < :before",
    "path": "conversations.path = :path",
    "run": "runs.id = :run",
    "unfinished": """NOT EXISTS (
        SELECT 1 FROM events INDEXED BY events_finished WHERE run = runs.id AND event GLOB '{"type":"run_finished"*')""",
}


IDS = """
SELECT runs.id FROM runs JOIN conversations ON conversations.id = runs.conversation
WHERE :path IN ('', conversations.path) AND EXISTS (SELECT 1 FROM events WHERE events.run = runs.id)
"""
"""Of all runs in the list, or of those of one notebook."""


def listed(*conditions: str) -> str:
    """The query for runs that meet these `CONDITIONS`; its values are named as they are, and `limit`."""
    # The runs are chosen before anything is read of them.  An event's JSON begins with its type: comparing that is cheap, parsing is not.
    return f"""
WITH chosen AS (
    SELECT runs.id AS run, conversations.path, runs.conversation, runs.started, runs.rowid AS place
    FROM runs JOIN conversations ON conversations.id = runs.conversation
    WHERE {" AND ".join([*(CONDITIONS[one] for one in conditions), "EXISTS (SELECT 1 FROM events WHERE events.run = runs.id)"])}
    ORDER BY runs.started DESC, runs.rowid DESC LIMIT :limit
), replied AS (
    SELECT chosen.run, count(events.seq) AS replies,
        coalesce(sum(json_extract(event, '$.usage.prompt')), 0) AS prompt,
        coalesce(sum(json_extract(event, '$.usage.completion')), 0) AS completion
    FROM chosen LEFT JOIN events ON events.run = chosen.run AND event GLOB '{{"type":"model_replied"*'
    GROUP BY chosen.run
)
SELECT chosen.run, chosen.path, chosen.conversation, chosen.started,
    substr(json_extract(first.event, '$.text'), 1, {LONGEST}), json_extract(first.event, '$.model'),
    last.at, json_extract(last.event, '$.type'), coalesce(json_extract(last.event, '$.reason'), ''),
    replies - (json_extract(last.event, '$.type') = 'run_finished' AND json_extract(last.event, '$.reason') = 'answered'),
    prompt + completion,
    (prompt * json_extract(first.event, '$.prices[0]') + completion * json_extract(first.event, '$.prices[1]')) / 1e6
FROM chosen JOIN replied USING (run)
JOIN events AS first ON first.run = chosen.run AND first.seq = 1
JOIN events AS last ON last.run = chosen.run AND last.seq = (SELECT max(seq) FROM events WHERE events.run = chosen.run)
ORDER BY chosen.started DESC, chosen.place DESC
"""

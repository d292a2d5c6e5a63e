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


# The runs are chosen before anything is read of them.  An event's JSON begins with its type: comparing that is cheap, parsing all is not.
_LISTED = f"""
WITH chosen AS (
    SELECT runs.id AS run, conversations.path, runs.conversation, runs.started, runs.rowid AS place
    FROM runs JOIN conversations ON conversations.id = runs.conversation
    WHERE (:before = '' OR runs.started < :before) AND (:path = '' OR conversations.path = :path) AND (:run = '' OR runs.id = :run)
        AND EXISTS (SELECT 1 FROM events WHERE events.run = runs.id) {{only}}
    ORDER BY runs.started DESC, runs.rowid DESC LIMIT :limit
)
SELECT chosen.run, chosen.path, chosen.conversation, chosen.started,
    substr(json_extract(first.event, '$.text'), 1, {LONGEST}), json_extract(first.event, '$.model'),
    last.at, json_extract(last.event, '$.type'), coalesce(json_extract(last.event, '$.reason'), ''),
    (SELECT count(*) FROM events WHERE events.run = chosen.run AND event GLOB '{{{{"type":"model_replied"*')
        - (json_extract(last.event, '$.type') = 'run_finished' AND json_extract(last.event, '$.reason') = 'answered')
FROM chosen
JOIN events AS first ON first.run = chosen.run AND first.seq = 1
JOIN events AS last ON last.run = chosen.run AND last.seq = (SELECT max(seq) FROM events WHERE events.run = chosen.run)
ORDER BY chosen.started DESC, chosen.place DESC
"""

RECENT = _LISTED.format(only="")

INTERRUPTED = _LISTED.format(
    only="""AND (SELECT event FROM events WHERE events.run = runs.id ORDER BY seq DESC LIMIT 1) NOT GLOB '{"type":"run_finished"*'"""
)

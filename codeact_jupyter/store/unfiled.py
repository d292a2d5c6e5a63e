"""Cells that are in no file though their run is over: who was to save them did not come to it before the process ended."""

FOUND = """
WHERE rowid IN (
    SELECT max(journal.rowid) FROM conversations JOIN runs ON runs.conversation = conversations.id JOIN journal ON journal.run = runs.id
    WHERE conversations.path = ? GROUP BY cell
) AND after IS NOT NULL AND filed = 0 AND EXISTS (
    SELECT 1 FROM events INDEXED BY events_finished WHERE run = journal.run AND event GLOB '{"type":"run_finished"*'
    AND event NOT GLOB '{"type":"run_finished","reason":"failed"*'
) ORDER BY rowid
"""
"""Of a notebook, each as it was last.  A run that failed may have failed at just that: its file was gone, or another one."""

LET_GO = """
UPDATE journal SET filed = 1 WHERE filed = 0 AND run IN (
    SELECT runs.id FROM runs JOIN conversations ON conversations.id = runs.conversation
    WHERE path = :path OR substr(path, 1, length(:path) + 1) = :path || '/')
"""
"""Of a notebook, or of those in a folder."""

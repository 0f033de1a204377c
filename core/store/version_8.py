"""The step to version 8: words with a Turkish dotless i are found as those with an i."""

from typing import Final

VERSION_8: Final = """
-- Searches take the Turkish dotless i for an i from now on: words with one are indexed anew.
INSERT INTO unindexed
SELECT 'title', max(rowid) FROM title_words WHERE instr(text, 'ı') HAVING max(rowid) IS NOT NULL
ON CONFLICT DO UPDATE SET last_id = max(last_id, excluded.last_id);
INSERT INTO unindexed
SELECT 'message', max(rowid) FROM message_words
WHERE instr(text, 'ı') OR instr(pictures, 'ı') OR instr(thoughts, 'ı')
HAVING max(rowid) IS NOT NULL
ON CONFLICT DO UPDATE SET last_id = max(last_id, excluded.last_id);
"""
"""What the migration runs, as the other steps in `migrations`."""

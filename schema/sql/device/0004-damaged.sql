-- Own entries whose bytes no longer are what was signed: set aside as they were found, never sent,
-- never folded. `openings` alone: only the opened personal values were damaged, the rest stayed.
CREATE TABLE damaged (
  number INTEGER PRIMARY KEY,
  pos INTEGER NOT NULL,         -- its place when it was found
  id TEXT,                      -- NULL when even the row was gone
  author TEXT,
  at_ms INTEGER,
  found_ms INTEGER NOT NULL,
  reason TEXT NOT NULL,
  records TEXT NOT NULL,        -- JSON array of the records it touched
  envelope BLOB,
  signature BLOB,
  body BLOB,
  openings BLOB
) STRICT;

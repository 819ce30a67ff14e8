-- Own entries of urgent kinds of which no copy was sent ahead yet (PROTOCOL, "Entries ahead of their
-- chain"). A row goes when the copy was sent, or when the hub has the entry itself.
CREATE TABLE ahead (
  id TEXT PRIMARY KEY  -- entry.id
) STRICT, WITHOUT ROWID;

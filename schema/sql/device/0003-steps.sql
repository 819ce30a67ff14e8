-- Work that is done in steps between people's: none of it holds up a save.

-- Records whose title names another one whose title changed.
CREATE TABLE retitle (number INTEGER PRIMARY KEY) STRICT;

-- A pull that starts over and is complete takes the place of the records piece by piece: first
-- (phase 0) snapshots of the shadow that differ, through the shadow's number `place`; then (phase 1)
-- records that are not in it go, through the record's number `place`. `included` is that of the
-- last page, NULL while pages are to come.
ALTER TABLE shadow_state ADD COLUMN included TEXT;
ALTER TABLE shadow_state ADD COLUMN phase INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shadow_state ADD COLUMN place INTEGER NOT NULL DEFAULT 0;

-- Files whose row is gone and whose bytes are still to be removed.
CREATE TABLE discard (sha256 TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
-- Hashes that records name stand under a term from now on: all records are indexed again.
INSERT INTO setting (name, value) SELECT 'reindex', '0' FROM uplink WHERE true
  ON CONFLICT (name) DO UPDATE SET value = '0';

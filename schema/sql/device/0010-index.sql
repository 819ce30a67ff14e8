-- Lists and searches read an index that is brought up to date in batches, not by every save.
DROP INDEX record_changed;
DROP INDEX record_title;
DROP INDEX record_due;
DROP TABLE term;
DROP TABLE posting;
DROP TABLE record_terms;
ALTER TABLE record RENAME COLUMN number TO nr;
ALTER TABLE record DROP COLUMN order_key;
ALTER TABLE record DROP COLUMN due;
ALTER TABLE record ADD COLUMN parent TEXT;      -- id of the record that it belongs to
ALTER TABLE record ADD COLUMN scope_from TEXT;  -- id of the record that it takes its place from
CREATE INDEX record_parent ON record (parent, kind) WHERE parent IS NOT NULL;
CREATE INDEX record_scope_from ON record (scope_from) WHERE scope_from IS NOT NULL;
-- Which records name which files.
CREATE TABLE record_file (
  record INTEGER NOT NULL,  -- record.nr
  sha256 TEXT NOT NULL,
  PRIMARY KEY (record, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_file_sha ON record_file (sha256);
-- All records are written again for the new columns.
INSERT INTO setting (name, value) SELECT 'reindex', '0' FROM uplink WHERE true
  ON CONFLICT (name) DO UPDATE SET value = '0';
-- include index.sql

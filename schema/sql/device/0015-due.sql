-- Due days depend on settings, on the calendar and on other records. The index is written again, so
-- that it knows which records depend on what.
CREATE TABLE due_pending (
  name TEXT NOT NULL,      -- of what changed (schema/due.h)
  kind TEXT NOT NULL,      -- kind of the records that depend on it
  after INTEGER NOT NULL,  -- record.nr: those up to this one are marked
  PRIMARY KEY (name, kind)
) WITHOUT ROWID;
CREATE INDEX record_setting ON record (nr) WHERE kind IN ('setting', 'calendar');
INSERT OR IGNORE INTO index_pending (nr) SELECT nr FROM record;

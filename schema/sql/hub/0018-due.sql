-- Due days depend on settings, on the calendar and on other records: records whose day must be
-- computed again, because something changed on which they depend.
CREATE TABLE due_pending (
  name TEXT NOT NULL,      -- of what changed (schema/due.h)
  kind TEXT NOT NULL,      -- kind of the records that depend on it
  after INTEGER NOT NULL,  -- record.nr: those up to this one are marked
  PRIMARY KEY (name, kind)
) WITHOUT ROWID;
CREATE INDEX record_setting ON record (nr) WHERE kind IN ('setting', 'calendar');

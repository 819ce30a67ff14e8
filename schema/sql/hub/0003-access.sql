-- Who was shown a restricted record, and how (R-257): what only some of those in its scope may see.
-- Rows are added and never changed or removed. A reader has one row for a record and a way in
-- fifteen minutes, however often they look.
CREATE TABLE access (
  nr INTEGER NOT NULL PRIMARY KEY,
  at_ms INTEGER NOT NULL,       -- by the hub's clock
  reader TEXT NOT NULL,         -- staff or device; the hub's own id for its shell
  way TEXT NOT NULL,            -- list, record, history, file, held, pull, export, backup
  record TEXT,                  -- NULL: everything there is
  kind TEXT
);
CREATE INDEX access_record ON access (record);
CREATE INDEX access_reader ON access (reader);
CREATE INDEX access_again ON access (reader, record, way, at_ms);

CREATE TRIGGER access_stays BEFORE DELETE ON access
BEGIN SELECT RAISE(ABORT, 'the access log is only added to'); END;
CREATE TRIGGER access_is_as_written BEFORE UPDATE ON access
BEGIN SELECT RAISE(ABORT, 'the access log is only added to'); END;

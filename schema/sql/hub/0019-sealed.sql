-- Openings of sealed fields (schema/kinds/README.md), apart from the log, so that nothing that reads
-- entries or records has them. box is encrypted with a key made from the hub's own secret key.
CREATE TABLE sealed (
  record TEXT NOT NULL,
  field TEXT NOT NULL,
  entry TEXT NOT NULL,          -- entry that set the value
  box TEXT NOT NULL,
  PRIMARY KEY (record, field, entry)
) WITHOUT ROWID;
-- Each opening of a sealed value is a row of the access log (way "unseal") with its reason.
CREATE TABLE access_reason (
  nr INTEGER NOT NULL PRIMARY KEY, -- access.nr
  field TEXT NOT NULL,
  reason TEXT NOT NULL
);
CREATE TRIGGER access_reason_stays BEFORE DELETE ON access_reason
BEGIN SELECT RAISE(ABORT, 'the access log is only added to'); END;
CREATE TRIGGER access_reason_is_as_written BEFORE UPDATE ON access_reason
BEGIN SELECT RAISE(ABORT, 'the access log is only added to'); END;

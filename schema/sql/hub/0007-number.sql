-- Numbers that no two records should share (the word `distinct` of the kinds), as they are compared:
-- `key` is the number without regard to how it is written, `look` what it looks like. Filled when a
-- kind set that has the word is loaded, which makes everything derived anew.
CREATE TABLE number (
  kind TEXT NOT NULL,
  field TEXT NOT NULL,
  record INTEGER NOT NULL,
  value TEXT NOT NULL,
  key TEXT NOT NULL,
  look TEXT NOT NULL,
  PRIMARY KEY (kind, field, record)
) WITHOUT ROWID;
CREATE INDEX number_look ON number (look, kind, field, key);

-- All records of one number are listed, not only the later one; rows of one `look` belong together.
-- The code is "number" for the same number, "alike" for one that only looks the same.
DROP TRIGGER anomaly_of_number;
DROP INDEX anomaly_number;
ALTER TABLE anomaly ADD COLUMN look TEXT;
CREATE UNIQUE INDEX anomaly_number ON anomaly (look, record, code) WHERE kind = 'number';

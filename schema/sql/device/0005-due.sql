-- The day a record is due by (YYYY-MM-DD), worked out from its kind's deadlines; all records are
-- indexed again for it.
ALTER TABLE record ADD COLUMN due TEXT;
CREATE UNIQUE INDEX record_due ON record (kind, due, number) WHERE due IS NOT NULL;
INSERT INTO setting (name, value) SELECT 'reindex', '0' FROM uplink WHERE true
  ON CONFLICT (name) DO UPDATE SET value = '0';

-- Units that sent the bytes of a file themselves: who only knows a hash gets nothing for naming it.
CREATE TABLE file_holder (
  sha256 TEXT NOT NULL,
  unit TEXT NOT NULL,
  PRIMARY KEY (sha256, unit)
) WITHOUT ROWID;
-- What came before was taken in without asking.
INSERT INTO file_holder (sha256, unit)
  SELECT DISTINCT f.sha256, r.unit FROM record_file f JOIN record r ON r.nr = f.record
  WHERE r.unit IS NOT NULL;
INSERT INTO file_holder (sha256, unit)
  SELECT DISTINCT u.sha256, d.unit FROM upload u JOIN device d ON d.id = u.device
  WHERE u.done = u.size ON CONFLICT DO NOTHING;

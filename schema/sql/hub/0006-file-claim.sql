-- What length entries of each unit declared for a file: who declares it wrongly binds nobody else. The
-- bytes decide when they arrive; from then on file.size is what was verified.
CREATE TABLE file_claim (
  sha256 TEXT NOT NULL,
  unit TEXT NOT NULL,           -- '': declared before this was kept, good for all
  size INTEGER NOT NULL,
  PRIMARY KEY (sha256, unit, size)
) WITHOUT ROWID;
INSERT INTO file_claim (sha256, unit, size) SELECT sha256, '', size FROM file;

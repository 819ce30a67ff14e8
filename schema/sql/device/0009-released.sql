-- Files that something stopped naming, or that nothing names yet. They are looked at when nobody
-- waits; what no record, draft or own entry names is removed.
CREATE TABLE released (sha256 TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
-- Of earlier versions nothing was noted.
INSERT INTO released SELECT sha256 FROM file WHERE declared IS NULL UNION SELECT sha256 FROM wanted;

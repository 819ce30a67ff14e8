-- Which device named which entries as replaced that have not come, by record and key: a snapshot says
-- only that they are awaited. Counted for each device, so that none uses up the room of the others.
-- What was named before stands in no row and counts for nobody.
CREATE TABLE awaited (
  record INTEGER NOT NULL,
  device TEXT NOT NULL,         -- '' for the hub
  key TEXT NOT NULL,
  entry TEXT NOT NULL,
  PRIMARY KEY (record, device, key, entry)
) WITHOUT ROWID;

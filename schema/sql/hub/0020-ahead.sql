-- Copies of urgent entries that devices sent ahead of their chain. They are shown, and are not part
-- of the log: a copy goes when the entry itself is added.
CREATE TABLE ahead (
  id TEXT NOT NULL PRIMARY KEY,  -- entry.id
  device TEXT NOT NULL,
  received_ms INTEGER NOT NULL,
  envelope TEXT NOT NULL,
  signature TEXT NOT NULL,
  body TEXT NOT NULL,
  openings TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX ahead_device ON ahead (device);
CREATE TRIGGER ahead_arrived AFTER INSERT ON entry WHEN NEW.id IS NOT NULL
BEGIN
  DELETE FROM ahead WHERE id = NEW.id;
END;
-- Log position at which a setting or a calendar was last written: readers read them again then.
INSERT OR IGNORE INTO counter VALUES ('settings', 0);

-- The latest time that the hub itself signed for the device and that an entry, or one before it in
-- its chain, carries: the entry was made after it. 0: none, as in all entries of before.
ALTER TABLE entry ADD COLUMN signed_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incarnation ADD COLUMN signed_ms INTEGER NOT NULL DEFAULT 0;

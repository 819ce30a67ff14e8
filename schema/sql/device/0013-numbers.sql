-- Blocks of numbers that the hub granted to this device. Rows are never removed: a block that comes
-- again must not begin again.
CREATE TABLE number_block (
  record TEXT PRIMARY KEY,      -- id of the record of kind number_block
  incarnation TEXT NOT NULL,    -- the block is used only while this is the current chain
  kind TEXT NOT NULL,           -- kind of the records that are numbered
  counter TEXT NOT NULL,
  year INTEGER NOT NULL,
  prefix TEXT NOT NULL,         -- text before and after the digits of each number
  suffix TEXT NOT NULL,
  digits INTEGER NOT NULL,
  next INTEGER NOT NULL,        -- first number that was not given yet
  last INTEGER NOT NULL,
  gone INTEGER NOT NULL         -- the hub has taken the record back
) STRICT, WITHOUT ROWID;
CREATE INDEX number_block_counter ON number_block (kind, counter, year, next);

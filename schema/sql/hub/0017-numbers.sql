-- Blocks of numbers: one row for each record of kind number_block. `device` is '' for the blocks
-- from which the hub itself gives numbers.
CREATE TABLE number_block (
  record TEXT NOT NULL PRIMARY KEY,
  device TEXT NOT NULL,
  incarnation TEXT NOT NULL,  -- '': the first chain of the device
  epoch TEXT NOT NULL,        -- epoch of the hub in which the block was granted
  kind TEXT NOT NULL,         -- kind of the records that are numbered
  counter TEXT NOT NULL,
  year INTEGER NOT NULL,
  prefix TEXT NOT NULL,
  suffix TEXT NOT NULL,
  digits INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  next INTEGER NOT NULL,      -- one more than the greatest number known to be used
  closed INTEGER NOT NULL     -- the device has begun another chain: no more numbers come from it
) WITHOUT ROWID;
CREATE UNIQUE INDEX number_block_counter ON number_block (kind, counter, year, last);
CREATE INDEX number_block_device ON number_block (device, kind, year, last);

-- Which record has, or had, which number of a block.
CREATE TABLE number_used (
  block TEXT NOT NULL,
  n INTEGER NOT NULL,
  record TEXT NOT NULL,       -- id of the record
  PRIMARY KEY (block, n, record)
) WITHOUT ROWID;

-- The chain in which a device goes on, once its first entry came.
CREATE TABLE number_chain (
  device TEXT NOT NULL PRIMARY KEY,
  incarnation TEXT NOT NULL
) WITHOUT ROWID;

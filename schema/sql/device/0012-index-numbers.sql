-- Numbers are indexed by texts that have the order of the numbers: the values of all records are
-- written again.
INSERT OR IGNORE INTO index_pending (nr) SELECT nr FROM record;

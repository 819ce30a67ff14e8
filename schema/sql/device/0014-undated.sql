-- The index knows which records have no day: its rows are written again from the records.
INSERT OR IGNORE INTO index_pending (nr) SELECT nr FROM record;

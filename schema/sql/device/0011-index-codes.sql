-- The search has other terms for codes and numbers: the index is written again from the records.
INSERT INTO search (search) VALUES ('delete-all');
DELETE FROM field_value;
DELETE FROM listed;
INSERT OR IGNORE INTO index_pending (nr) SELECT nr FROM record;

-- Up to which own entry a snapshot was folded at the hub: the pages of a long pull come one after
-- another, and what is not pulled yet keeps its own entries laid over it meanwhile.
ALTER TABLE base ADD COLUMN through INTEGER NOT NULL DEFAULT 0;

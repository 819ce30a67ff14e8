-- What a search finds is looked up in a lane, or in a kind, by number: these indexes hold nothing else
-- (list-store.c).
CREATE INDEX record_lane ON record (review) WHERE review IS NOT NULL;
CREATE INDEX record_of_kind ON record (kind);

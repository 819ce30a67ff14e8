-- What came into the shadow before the pull started over once more: rows up to this number count no
-- longer, and go in steps when the pull is done.
ALTER TABLE shadow_state ADD COLUMN floor INTEGER NOT NULL DEFAULT 0;

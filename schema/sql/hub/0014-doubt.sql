-- Whether the hub's own clock was in doubt when it received the entry: then received_ms is no later
-- than the moment, and proves nothing.
ALTER TABLE entry ADD COLUMN doubted INTEGER NOT NULL DEFAULT 0;

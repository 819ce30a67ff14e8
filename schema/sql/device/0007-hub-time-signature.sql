-- The hub's signature over the time it gave, base64, which each entry carries as proof that it was
-- made later; '' until the hub is heard again.
ALTER TABLE hub_time ADD COLUMN sig TEXT NOT NULL DEFAULT '';

-- Who may see a record (schema/restriction.h): '' is open to everybody in its scope. Lists leave out
-- by it what the reader may not see. NULL: not derived, so each record is looked at.
ALTER TABLE record ADD COLUMN restriction TEXT;
CREATE INDEX record_restriction ON record (kind, restriction) WHERE restriction > '';
-- What is derived from records is made anew at the next start, and with it this column.
INSERT INTO hub_value (name, value)
  SELECT 'derived_by', value FROM hub_value WHERE name = 'kinds'
    AND NOT EXISTS (SELECT 1 FROM hub_value d WHERE d.name = 'derived_by' AND d.value <> '')
  ON CONFLICT (name) DO UPDATE SET value = excluded.value;

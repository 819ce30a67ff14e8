-- Codes are read together, like settings: without reading all records for them.
CREATE INDEX record_code ON record (nr) WHERE kind = 'code';

-- The index of records that lists and searches read (sync/index), the same in every store. It is
-- made from the records, so that it can be rebuilt. The table `record` of the store has the columns
-- nr, id, kind, parent, scope_from and state. Migrations include this file: later changes are
-- migrations of their own.

-- Records that were written since the index was last brought up to date.
CREATE TABLE index_pending (
  nr INTEGER NOT NULL PRIMARY KEY   -- record.nr
);

-- One row per record: what lists filter and sort by. Indexes of it hold everything that the other
-- filters ask for, so that only rows that are shown are read. Positions are unique.
CREATE TABLE listed (
  nr INTEGER NOT NULL PRIMARY KEY,  -- record.nr
  kind TEXT NOT NULL,
  state TEXT,
  area TEXT,
  scope TEXT,
  scope2 TEXT,
  restriction TEXT,                 -- who may see it; '': everybody; NULL: not known
  review TEXT,                      -- lane of the office
  conflict INTEGER NOT NULL,
  position INTEGER NOT NULL,        -- of the last change
  sort_key BLOB NOT NULL,           -- sorts by title
  text TEXT NOT NULL,               -- what `search` holds of it, to remove it again
  field_values TEXT NOT NULL        -- what `field_value` holds of it: JSON {field: [values]}
);
CREATE INDEX listed_scope ON listed (scope, position, kind, state, review, area, restriction)
  WHERE scope IS NOT NULL;
CREATE INDEX listed_scope2 ON listed (scope2, position, kind, state, review, area, scope,
  restriction)
  WHERE scope2 IS NOT NULL;
CREATE INDEX listed_area ON listed (area, position, kind, state, review, scope, scope2,
  restriction)
  WHERE area IS NOT NULL;
CREATE INDEX listed_kind ON listed (kind, position);
CREATE INDEX listed_title ON listed (kind, sort_key, nr, state, area, scope, scope2);
CREATE INDEX listed_state ON listed (kind, state, position, review, area, scope, scope2,
  restriction);
CREATE INDEX listed_review ON listed (review, position, kind, state, area, scope, scope2,
  restriction)
  WHERE review IS NOT NULL;
CREATE INDEX listed_conflict ON listed (position) WHERE conflict = 1;
CREATE INDEX listed_restriction ON listed (kind, restriction) WHERE restriction > '';
-- What a search finds is looked up in a lane, or in a kind, by number.
CREATE INDEX listed_lane ON listed (review) WHERE review IS NOT NULL;
CREATE INDEX listed_of_kind ON listed (kind);

-- Indexed fields, one row per value (each element of a list).
CREATE TABLE field_value (
  kind TEXT NOT NULL,
  field TEXT NOT NULL,
  value TEXT NOT NULL,
  record INTEGER NOT NULL,          -- record.nr
  PRIMARY KEY (kind, field, value, record)
) WITHOUT ROWID;

-- Search over pairs of neighbouring characters and, of codes, groups of four (sync/index/text.h);
-- rowid is record.nr. The text is in `listed`, and no length of it is needed.
CREATE VIRTUAL TABLE search USING fts5 (grams, content = '', columnsize = 0,
  tokenize = "unicode61 remove_diacritics 0");

INSERT INTO index_pending (nr) SELECT nr FROM record;

-- Lists are led by what leaves the fewest rows (list-store.c): a state, an area, the places a viewer
-- serves. Each of these indexes holds all that the other filters ask for, so that only rows which are
-- shown are read, and a row is looked at in its order. Positions are unique in any case.
DROP INDEX record_scope;
DROP INDEX record_scope2;
DROP INDEX record_title;
DROP INDEX record_review;
CREATE INDEX record_scope ON record (scope, position, kind, state, review, area, restriction);
CREATE INDEX record_scope2 ON record (scope2, position, kind, state, review, area, scope,
  restriction)
  WHERE scope2 IS NOT NULL;
CREATE INDEX record_area ON record (area, position, kind, state, review, scope, scope2,
  restriction)
  WHERE area IS NOT NULL;
CREATE INDEX record_title ON record (kind, title, nr, state, area, scope, scope2);
CREATE INDEX record_review ON record (review, position, kind, state, area, scope, scope2,
  restriction)
  WHERE review IS NOT NULL;
CREATE INDEX record_state ON record (kind, state, position, review, area, scope, scope2,
  restriction);

-- Lists and searches read an index that is brought up to date in batches, not by every entry.
DROP INDEX record_kind;
DROP INDEX record_title;
DROP INDEX record_conflict;
DROP INDEX record_area;
DROP INDEX record_review;
DROP INDEX record_state;
DROP INDEX record_lane;
DROP INDEX record_of_kind;
DROP INDEX record_restriction;
DROP INDEX record_scope;
DROP INDEX record_scope2;
DROP TABLE field_value;
DROP TABLE search;
-- The feed of a scope.
CREATE UNIQUE INDEX record_scope ON record (scope, position);
CREATE UNIQUE INDEX record_scope2 ON record (scope2, position) WHERE scope2 IS NOT NULL;
DELETE FROM hub_value WHERE name = 'searched_by';
-- include index.sql

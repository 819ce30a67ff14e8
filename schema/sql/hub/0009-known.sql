-- Browsers that somebody signed in with, by SHA-256 of a cookie they keep: failures of others do not
-- lock them out. From now on login_hash of office_attempt is a key made of the login and of the
-- browser or address (office-turn.c); rows of before count for nobody.
CREATE TABLE office_known (
  token_hash TEXT NOT NULL PRIMARY KEY,
  staff TEXT NOT NULL,
  seen_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX office_known_staff ON office_known (staff, seen_ms);
CREATE INDEX office_known_seen ON office_known (seen_ms);

-- The office page's accounts and sessions: plain rows, no domain data.

-- Argon2id verifiers of office passwords. A PIN is another thing (staff_pin).
CREATE TABLE office_account (
  staff TEXT NOT NULL PRIMARY KEY,
  login TEXT NOT NULL UNIQUE,
  verifier TEXT NOT NULL,
  set_ms INTEGER NOT NULL
) WITHOUT ROWID;

-- Only the SHA-256 of a session's cookie is kept.
CREATE TABLE office_session (
  token_hash TEXT NOT NULL PRIMARY KEY,
  staff TEXT NOT NULL,
  csrf TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX office_session_staff ON office_session (staff);

-- Failed sign-ins by SHA-256 of the typed login, known or not.
CREATE TABLE office_attempt (
  login_hash TEXT NOT NULL PRIMARY KEY,
  failures INTEGER NOT NULL,
  last_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX office_attempt_last ON office_attempt (last_ms);

-- Last serial number given to a plaque.
INSERT INTO counter VALUES ('plaque', 0);

-- Register of printed plaques. A blank one has no record until it is bound on the spot.
CREATE TABLE plaque_print (
  serial INTEGER NOT NULL PRIMARY KEY,
  enterprise TEXT,
  text TEXT NOT NULL,
  printed_ms INTEGER NOT NULL,
  printed_by TEXT NOT NULL
);

-- The hub's store. Everything about the domain stands in `entry`; record, field_value, search,
-- record_file and review columns are derived from it and can be rebuilt.

-- id, name, area, incarnation, epoch, kinds (hash of the set in use)
CREATE TABLE hub_value (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- Positions come from here, in the same transaction as what they number: commit order is their
-- order. Names: position, record.
CREATE TABLE counter (
  name TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO counter VALUES ('position', 0);
INSERT INTO counter VALUES ('record', 0);

-- Every kind set there ever was, by the hash its entries name.
CREATE TABLE kind_set (
  hash TEXT NOT NULL PRIMARY KEY,
  body TEXT NOT NULL,
  added_ms INTEGER NOT NULL
);

-- Who may sign: devices, and the hub itself. `id` is also the id of the device's record.
CREATE TABLE device (
  id TEXT NOT NULL PRIMARY KEY,
  public_key BLOB NOT NULL,
  token_hash BLOB,              -- SHA-256 of the bearer token; NULL for the hub
  unit TEXT NOT NULL,           -- record id; the hub's own id for the hub
  name TEXT NOT NULL,
  enrolled_ms INTEGER NOT NULL,
  revoked_ms INTEGER,           -- NULL while it may come in
  seen_ms INTEGER NOT NULL
);

-- Enrolment tokens: one use; the same key may repeat its request while the token lives, so that
-- a lost answer can be had again.
CREATE TABLE enrol_token (
  token_hash BLOB NOT NULL PRIMARY KEY,
  unit TEXT NOT NULL,
  name TEXT NOT NULL,
  expires_ms INTEGER NOT NULL,
  used_key BLOB,
  device TEXT
);

-- Argon2id verifiers of PINs; what devices get sealed.
CREATE TABLE staff_pin (
  staff TEXT NOT NULL PRIMARY KEY,
  verifier TEXT NOT NULL,
  set_ms INTEGER NOT NULL
);

-- The newest envelope of each chain.
CREATE TABLE incarnation (
  device TEXT NOT NULL,
  incarnation TEXT NOT NULL,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (device, incarnation)
) WITHOUT ROWID;

-- status: 0 applied, 1 quarantined, 2 released (applied later), 3 dismissed, 4 again (the same
-- entry in another envelope). is_first: the one row that owns an entry id.
CREATE TABLE entry (
  position INTEGER NOT NULL PRIMARY KEY,
  id TEXT,                      -- NULL when the body does not say
  device TEXT NOT NULL,
  incarnation TEXT NOT NULL,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  status INTEGER NOT NULL,
  is_first INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  actor TEXT,
  envelope TEXT NOT NULL,
  signature TEXT NOT NULL,
  body TEXT,
  openings TEXT NOT NULL
);
CREATE UNIQUE INDEX entry_chain ON entry (device, incarnation, seq);
CREATE UNIQUE INDEX entry_id ON entry (id) WHERE is_first = 1;

-- Envelopes that claim a place another one has (a cloned or rolled-back device).
CREATE TABLE fork (
  device TEXT NOT NULL,
  incarnation TEXT NOT NULL,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  received_ms INTEGER NOT NULL,
  envelope TEXT NOT NULL,
  signature TEXT NOT NULL,
  body TEXT,
  openings TEXT NOT NULL,
  PRIMARY KEY (device, incarnation, seq, hash)
);

-- Authentic entries that wait for the office. decided_by: the hub entry that decided.
CREATE TABLE quarantine (
  position INTEGER NOT NULL PRIMARY KEY,
  entry TEXT NOT NULL,          -- entry id, or the envelope's hash when the body has none
  device TEXT NOT NULL,
  record TEXT,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  decided_by TEXT
);
CREATE INDEX quarantine_open ON quarantine (device, position) WHERE decided_by IS NULL;
CREATE INDEX quarantine_entry ON quarantine (entry);

-- What checks and guards found in an entry that was applied all the same.
CREATE TABLE report (
  position INTEGER NOT NULL,
  nr INTEGER NOT NULL,
  record TEXT NOT NULL,
  field TEXT NOT NULL,
  code TEXT NOT NULL,
  text_zh TEXT NOT NULL,
  text_en TEXT NOT NULL,
  PRIMARY KEY (position, nr)
) WITHOUT ROWID;
CREATE INDEX report_record ON report (record);

-- Requests of devices that were refused; the oldest go.
CREATE TABLE refusal (
  nr INTEGER NOT NULL PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  device TEXT NOT NULL,
  code TEXT NOT NULL,
  message TEXT NOT NULL
);

-- Folded records. scope: "all", "a:CODE", "u:UNIT" or "-" (nobody's, or not known yet); scope2:
-- "u:UNIT" of the unit that works on a record of an area, which may lie elsewhere; scope_from: the
-- record area and unit are taken from when it has none of its own.
CREATE TABLE record (
  nr INTEGER NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  parent TEXT,
  area TEXT,
  unit TEXT,
  scope TEXT NOT NULL,
  scope2 TEXT,
  scope_from TEXT,
  state TEXT,
  title TEXT NOT NULL,
  review TEXT,                  -- new, returned, answered, accepted; NULL when not for review
  conflict INTEGER NOT NULL,
  position INTEGER NOT NULL,    -- of its last change
  created INTEGER NOT NULL,     -- position of its first
  changed_ms INTEGER NOT NULL,
  snapshot TEXT NOT NULL
);
CREATE UNIQUE INDEX record_scope ON record (scope, position);
CREATE UNIQUE INDEX record_scope2 ON record (scope2, position) WHERE scope2 IS NOT NULL;
CREATE INDEX record_staff ON record (unit, position) WHERE kind = 'staff';
CREATE INDEX record_kind ON record (kind, position);
CREATE INDEX record_title ON record (kind, title);
CREATE INDEX record_parent ON record (parent, kind) WHERE parent IS NOT NULL;
CREATE INDEX record_scope_from ON record (scope_from) WHERE scope_from IS NOT NULL;
CREATE INDEX record_review ON record (review, position) WHERE review IS NOT NULL;
CREATE INDEX record_conflict ON record (position) WHERE conflict = 1;

-- Where a record was visible before it moved: devices of that scope are told it is gone.
CREATE TABLE moved (
  position INTEGER NOT NULL,
  scope TEXT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (scope, position, record)
) WITHOUT ROWID;

-- Indexed fields, one row per value (each element of a list).
CREATE TABLE field_value (
  kind TEXT NOT NULL,
  field TEXT NOT NULL,
  value TEXT NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (kind, field, value, record)
) WITHOUT ROWID;

-- Entries of a record, in position order.
CREATE TABLE entry_record (
  record INTEGER NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (record, position)
) WITHOUT ROWID;

-- Files: declared by an entry, complete once the bytes were verified.
CREATE TABLE file (
  sha256 TEXT NOT NULL PRIMARY KEY,
  size INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  complete_ms INTEGER
) WITHOUT ROWID;

-- Which records show which files.
CREATE TABLE record_file (
  sha256 TEXT NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (record, sha256)
) WITHOUT ROWID;
CREATE INDEX record_file_sha ON record_file (sha256);

CREATE TABLE upload (
  id TEXT NOT NULL PRIMARY KEY,
  device TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size INTEGER NOT NULL,
  done INTEGER NOT NULL,        -- bytes that are durable
  touched_ms INTEGER NOT NULL,
  UNIQUE (device, sha256)
) WITHOUT ROWID;

-- Search over bigrams (pairs of neighbouring characters); rowid is record.nr.
CREATE VIRTUAL TABLE search USING fts5 (grams, tokenize = "unicode61 remove_diacritics 0");

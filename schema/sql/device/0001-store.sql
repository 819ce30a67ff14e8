-- The device's store: who we are, what people recorded, what the hub sent, and the indexes over
-- both. Times are UTC milliseconds; ids are UUID text; hashes are lower-case hex.

-- Small facts by name: cursor, last_sync_ms, last_error, lease settings and the like.
CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Counters that would otherwise be counted; they move in the transaction of what they count.
CREATE TABLE counter (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  changed INTEGER NOT NULL,     -- last value given to record.changed
  drafts INTEGER NOT NULL,
  files INTEGER NOT NULL,       -- declared and not wholly at the hub
  bytes INTEGER NOT NULL,       -- of those, what is still to be sent
  delivered INTEGER NOT NULL,   -- own entries the hub has durably
  conflicts INTEGER NOT NULL,   -- records with at least one key in conflict
  quarantined INTEGER NOT NULL  -- own entries in quarantine at the hub
) STRICT;
INSERT INTO counter VALUES (1, 0, 0, 0, 0, 0, 0, 0);

-- The key pair, made before the first enrolment request and kept for its repeats.
CREATE TABLE device_key (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  public_key BLOB NOT NULL,
  secret_key BLOB NOT NULL
) STRICT;

-- The hub's answer to the enrolment (PROTOCOL § 3), one row once enrolled.
CREATE TABLE uplink (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  url TEXT NOT NULL,
  pins TEXT NOT NULL,           -- JSON array of base64 SPKI SHA-256
  token TEXT NOT NULL,          -- base64
  hub TEXT NOT NULL,
  hub_name TEXT NOT NULL,
  hub_key BLOB NOT NULL,        -- signs times
  plaque_keys TEXT NOT NULL,    -- JSON array of base64 public keys
  device TEXT NOT NULL,
  name TEXT NOT NULL,
  unit TEXT NOT NULL,
  area TEXT NOT NULL
) STRICT;

-- The last signed hub time and the boot clock when it came.
CREATE TABLE hub_time (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  hub_ms INTEGER NOT NULL,
  boot_ms INTEGER NOT NULL,
  boot_id TEXT NOT NULL
) STRICT;

-- Chains of own entries. The one with the greatest number is current; older ones are closed.
CREATE TABLE incarnation (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  acked INTEGER NOT NULL,       -- the hub has everything through this seq durably
  included INTEGER NOT NULL     -- the snapshots in base contain everything through this seq
) STRICT;

-- Own entries, the exact bytes. pos = incarnation number * 2^40 + seq, so that one place in a
-- chain can hold one envelope only.
CREATE TABLE entry (
  pos INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  author TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  envelope TEXT NOT NULL,
  signature TEXT NOT NULL,
  body TEXT NOT NULL,
  openings TEXT NOT NULL
) STRICT;

-- Which own entries touched a record.
CREATE TABLE entry_record (
  record TEXT NOT NULL,
  pos INTEGER NOT NULL,
  PRIMARY KEY (record, pos)
) STRICT, WITHOUT ROWID;

-- When the hub acknowledged up to where: says how long delivered entries have been kept.
CREATE TABLE receipt (
  pos INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL
) STRICT;

-- Own entries the hub holds back.
CREATE TABLE quarantine (
  pos INTEGER PRIMARY KEY,
  reason TEXT NOT NULL
) STRICT;

-- Kind sets by hash, kept while something refers to them.
CREATE TABLE kind_set (
  hash TEXT PRIMARY KEY,
  text TEXT NOT NULL
) STRICT;

-- One row per record that can be shown: made from base and own entries, never edited alone.
CREATE TABLE record (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  order_key BLOB NOT NULL,      -- sorts titles bytewise
  state TEXT,
  conflicts INTEGER NOT NULL,   -- keys in conflict
  changed INTEGER NOT NULL      -- order of change on this device
) STRICT;
CREATE UNIQUE INDEX record_changed ON record (kind, changed);
CREATE UNIQUE INDEX record_title ON record (kind, order_key, number);

-- The hub's snapshot of a record as it came.
CREATE TABLE base (
  number INTEGER PRIMARY KEY,   -- record.number
  text TEXT NOT NULL,
  changed_ms INTEGER NOT NULL,  -- time in the newest head's entry id, for display
  gone INTEGER NOT NULL         -- the hub took it away while own work was pending on it
) STRICT;
CREATE INDEX base_gone ON base (number) WHERE gone = 1;

-- base + own entries through pos, for records with more than a handful of own entries.
CREATE TABLE view (
  number INTEGER PRIMARY KEY,   -- record.number
  text TEXT NOT NULL,
  pos INTEGER NOT NULL
) STRICT;

-- Search and filter: words, bigrams and indexed values of a kind, each with its records.
CREATE TABLE term (
  number INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE posting (
  term INTEGER NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (term, record)
) STRICT, WITHOUT ROWID;
-- Terms a record stands under, as JSON, to take it out again after its declaration changed.
CREATE TABLE record_terms (
  record INTEGER PRIMARY KEY,
  terms TEXT NOT NULL
) STRICT;

-- Snapshots of a pull that starts over, until it is complete.
CREATE TABLE shadow (
  number INTEGER PRIMARY KEY,
  record TEXT NOT NULL UNIQUE,
  text TEXT NOT NULL
) STRICT;
CREATE TABLE shadow_state (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  cursor TEXT NOT NULL
) STRICT;

CREATE TABLE draft (
  author TEXT NOT NULL,
  record TEXT NOT NULL,
  kind TEXT NOT NULL,
  kinds TEXT NOT NULL,          -- kind set it was begun under
  updated_ms INTEGER NOT NULL,
  number INTEGER NOT NULL,      -- order of last change
  PRIMARY KEY (author, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX draft_record ON draft (record);
CREATE TABLE draft_key (
  author TEXT NOT NULL,
  record TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,          -- JSON text
  PRIMARY KEY (author, record, key),
  FOREIGN KEY (author, record) REFERENCES draft (author, record) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- What came in the sealed box of PROTOCOL § 6.
CREATE TABLE staff (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  roles TEXT NOT NULL,          -- JSON array
  verifier TEXT NOT NULL,       -- Argon2id
  valid_to TEXT                 -- last day
) STRICT, WITHOUT ROWID;
-- Wrong PINs. Apart from staff, so that a new box never ends a lock-out.
CREATE TABLE lockout (
  staff TEXT PRIMARY KEY,
  wrong INTEGER NOT NULL,       -- tries since the last right one
  wait_ms INTEGER NOT NULL,     -- length of the lock-out that runs or ran last; 0 before the first
  until_boot_ms INTEGER NOT NULL,
  boot_id TEXT NOT NULL         -- boot that until_boot_ms counts in
) STRICT, WITHOUT ROWID;

CREATE TABLE file (
  sha256 TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  declared INTEGER,             -- pos of the first own entry that declares it
  done INTEGER NOT NULL,        -- wholly at the hub
  sent INTEGER NOT NULL,        -- last offset the hub confirmed
  upload TEXT,                  -- its path at the hub
  deferred INTEGER NOT NULL,    -- how often it was put off; the least comes first
  why TEXT                      -- it could not be sent last time
) STRICT, WITHOUT ROWID;
CREATE INDEX file_waiting ON file (deferred, size, sha256) WHERE declared IS NOT NULL AND done = 0;
-- Files that records name and that are not here, newest last.
CREATE TABLE wanted (
  number INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE
) STRICT;

-- A person's own key (schema/person.h). The verifiers of older PINs cannot be turned into sealed
-- keys without the PINs, so these have to be set anew; until then nobody signs in with them, and
-- what was saved under them without a person's signature is still taken for 30 days.

CREATE TABLE person_seal (
  staff TEXT NOT NULL PRIMARY KEY,
  seal TEXT NOT NULL,    -- the secret key, sealed under the PIN; what devices get
  set_ms INTEGER NOT NULL
);

-- Which public keys were a person's, never removed: what was signed offline under the key before
-- may arrive after a new PIN was set.
CREATE TABLE person_key (
  staff TEXT NOT NULL,
  key TEXT NOT NULL,     -- base64; "": entries without a signature of the person
  set_ms INTEGER NOT NULL,
  until_ms INTEGER,      -- received after this it is not taken any more; NULL: in use
  PRIMARY KEY (staff, key)
);
INSERT INTO person_key (staff, key, set_ms, until_ms)
  SELECT staff, '', set_ms, (CAST(strftime('%s', 'now') AS INTEGER) + 30 * 86400) * 1000
  FROM staff_pin;
DROP TABLE staff_pin;

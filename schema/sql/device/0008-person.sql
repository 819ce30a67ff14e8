-- A PIN opens the person's own key (schema/person.h); verifiers of older PINs are of no use any more.
-- The next sync brings the people anew.

ALTER TABLE staff RENAME COLUMN verifier TO seal;
UPDATE staff SET seal = '';

-- The list of anomalies (R-250): one row each, which points to what stands elsewhere. Triggers make
-- those of other tables, the ingest makes those of clocks.
CREATE TABLE anomaly (
  nr INTEGER NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,           -- fork, refusal, quarantine, report, clock, number
  code TEXT NOT NULL,           -- an error's or a report's; of a clock: bad, ahead, behind, jump, noted
  at_ms INTEGER,                -- NULL: when the entry at `position` came in
  device TEXT,                  -- NULL: that of the entry
  record TEXT,
  position INTEGER,             -- of the entry; of a clock: of its first
  source TEXT NOT NULL,         -- fork: seq; refusal, report: nr; clock: boot id or note; number: itself
  times INTEGER NOT NULL        -- of a clock: entries of this boot
);
CREATE INDEX anomaly_kind ON anomaly (kind, nr);
CREATE INDEX anomaly_refusal ON anomaly (source) WHERE kind = 'refusal';
CREATE UNIQUE INDEX anomaly_number ON anomaly (source, record) WHERE kind = 'number';
CREATE UNIQUE INDEX anomaly_clock ON anomaly (device, source, code) WHERE kind = 'clock';

INSERT INTO anomaly (kind, code, at_ms, device, record, position, source, times)
  SELECT kind, code, at_ms, device, record, position, source, 1 FROM (
    SELECT 'fork' AS kind, 'fork' AS code, received_ms AS at_ms, device, NULL AS record,
      NULL AS position, seq AS source, received_ms AS sorted FROM fork
    UNION ALL SELECT 'refusal', code, at_ms, device, NULL, NULL, nr, at_ms FROM refusal
      WHERE code <> 'fork'
    UNION ALL SELECT 'quarantine', q.code, NULL, NULL, q.record, q.position, '', e.received_ms
      FROM quarantine q JOIN entry e USING (position)
    UNION ALL SELECT 'report', p.code, NULL, NULL, p.record, p.position, p.nr, e.received_ms
      FROM report p JOIN entry e USING (position)
    UNION ALL SELECT 'number', 'number', r.changed_ms, NULL, r.id, NULL, v.value, r.changed_ms
      FROM field_value v JOIN record r ON r.nr = v.record
      WHERE v.kind = 'document' AND v.field = 'number' AND v.value <> '' AND EXISTS (
        SELECT 1 FROM field_value o WHERE o.kind = 'document' AND o.field = 'number'
          AND o.value = v.value AND o.record < v.record)
  ) ORDER BY sorted;

CREATE TRIGGER anomaly_of_fork AFTER INSERT ON fork
BEGIN
  INSERT INTO anomaly (kind, code, at_ms, device, source, times)
    VALUES ('fork', 'fork', NEW.received_ms, NEW.device, NEW.seq, 1);
END;

-- A fork has its own row.
CREATE TRIGGER anomaly_of_refusal AFTER INSERT ON refusal WHEN NEW.code <> 'fork'
BEGIN
  INSERT INTO anomaly (kind, code, at_ms, device, source, times)
    VALUES ('refusal', NEW.code, NEW.at_ms, NEW.device, NEW.nr, 1);
END;
CREATE TRIGGER anomaly_of_refusal_goes AFTER DELETE ON refusal
BEGIN
  DELETE FROM anomaly WHERE kind = 'refusal' AND source = CAST(OLD.nr AS TEXT);
END;

CREATE TRIGGER anomaly_of_quarantine AFTER INSERT ON quarantine
BEGIN
  INSERT INTO anomaly (kind, code, record, position, source, times)
    VALUES ('quarantine', NEW.code, NEW.record, NEW.position, '', 1);
END;

CREATE TRIGGER anomaly_of_report AFTER INSERT ON report
BEGIN
  INSERT INTO anomaly (kind, code, record, position, source, times)
    VALUES ('report', NEW.code, NEW.record, NEW.position, NEW.nr, 1);
END;

-- The later of two documents of one number. The index is made anew with every kind set.
CREATE TRIGGER anomaly_of_number AFTER INSERT ON field_value
  WHEN NEW.kind = 'document' AND NEW.field = 'number' AND NEW.value <> ''
BEGIN
  INSERT INTO anomaly (kind, code, at_ms, record, source, times)
    SELECT 'number', 'number', r.changed_ms, r.id, NEW.value, 1 FROM record r
    WHERE r.nr = NEW.record
      AND EXISTS (SELECT 1 FROM field_value o WHERE o.kind = 'document' AND o.field = 'number'
        AND o.value = NEW.value AND o.record <> NEW.record)
      AND NOT EXISTS (SELECT 1 FROM anomaly a WHERE a.kind = 'number' AND a.source = NEW.value
        AND a.record = r.id);
END;

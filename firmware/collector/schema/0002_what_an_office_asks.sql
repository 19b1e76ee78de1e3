-- Views for `kioskctl fleet`, the metrics and whoever has SQL. Money is in paise.

-- Text of a kiosk's clock as a moment; NULL where it is none.
CREATE FUNCTION moment(said text) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN said ~ '^\d{4}-\d\d-\d\dT' THEN said::timestamptz END;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END $$;

-- The body of a journal row, which is kept as text; an empty object where it is no JSON.
CREATE FUNCTION body_of(said text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN said::jsonb;
EXCEPTION WHEN data_exception THEN
    RETURN '{}';
END $$;

-- Every kiosk that was installed or that ever spoke.
CREATE VIEW known AS
SELECT k.kiosk, coalesce(i.district, '') AS district, coalesce(i.block, '') AS block,
       coalesce(i.place, s.document->'place'->>'en', '') AS place,
       i.since AS installed, i.kiosk IS NOT NULL AS is_installed
FROM (SELECT kiosk FROM installed UNION SELECT kiosk FROM statuses UNION SELECT kiosk FROM states
      UNION SELECT kiosk FROM streams) k
LEFT JOIN installed i USING (kiosk) LEFT JOIN states s USING (kiosk);

-- One row a kiosk. `condition` is its own word, or what is known without it: `never` spoken, `offline`,
-- `silent` (connected as far as the broker knows, but its last word is older than it may be).
CREATE VIEW fleet_status AS
SELECT k.*, u.state AS link, s.condition AS said,
       CASE WHEN u.kiosk IS NULL AND s.kiosk IS NULL THEN 'never'
            WHEN u.state = 'offline' THEN 'offline'
            WHEN s.kiosk IS NULL OR s.received + make_interval(secs => s.ttl) < now() THEN 'silent'
            ELSE s.condition END AS condition,
       greatest(u.received, s.received, h.received) AS heard,
       jsonb_array_length(coalesce(s.document->'findings', '[]')) AS findings,
       coalesce((s.document->>'in_cash_box')::bigint, 0) AS in_cash_box,
       coalesce((s.document->>'taken_today')::bigint, 0) AS taken_today,
       coalesce((s.document->>'unposted')::bigint, 0) AS unposted,
       coalesce((s.document->>'claims')::bigint, 0) AS claims,
       coalesce(s.document->>'release', u.release) AS release,
       s.document->>'commissioned' IS DISTINCT FROM 'false' AS commissioned
FROM known k LEFT JOIN statuses u USING (kiosk) LEFT JOIN states s USING (kiosk)
LEFT JOIN health h USING (kiosk);

-- Why not: a row for each finding, and one for a kiosk that says nothing.
CREATE VIEW fleet_why AS
SELECT f.kiosk, f.district, f.block, f.place, f.condition,
       x.finding->>'part' AS part, x.finding->>'code' AS code,
       coalesce(moment(x.finding->>'since'), f.heard) AS since,
       coalesce(x.finding->>'ticket', '') AS ticket, coalesce(x.finding->>'detail', '') AS detail
FROM fleet_status f JOIN states s USING (kiosk)
CROSS JOIN LATERAL jsonb_array_elements(coalesce(s.document->'findings', '[]')) AS x(finding)
UNION ALL
SELECT kiosk, district, block, place, condition, 'link', 'link.' || condition,
       coalesce(heard, installed::timestamptz), '', ''
FROM fleet_status WHERE condition IN ('never', 'offline', 'silent');

-- The last time each box was emptied: one look into `journal_collections` a kiosk, however many years.
CREATE VIEW fleet_collections AS
SELECT k.kiosk, c.*
FROM known k CROSS JOIN LATERAL (
    SELECT chain, seq, body_of(body)->>'number' AS number,
           coalesce(moment(at), received) AS collected, body_of(body)->>'by' AS by, received
    FROM journal j
    WHERE j.kiosk = k.kiosk AND j.kind = 'CollectionClosed'
          AND body_of(body)->>'how' IN ('collected', 'interrupted')
    ORDER BY received DESC, seq DESC LIMIT 1) c;

CREATE VIEW fleet_money AS
SELECT f.kiosk, f.district, f.block, f.place, f.in_cash_box, f.taken_today, f.unposted, f.claims,
       c.collected AS last_collection, c.by AS collected_by, f.heard, f.condition
FROM fleet_status f LEFT JOIN fleet_collections c USING (kiosk);

CREATE VIEW fleet_papers AS
SELECT f.kiosk, f.district, f.block, f.place, x.supply->>'device' AS device, x.supply->>'name' AS name,
       (x.supply->>'level')::bigint AS level, coalesce(x.supply->>'unit', '') AS unit,
       (x.supply->>'days_left')::bigint AS days_left, f.heard, f.condition
FROM fleet_status f JOIN states s USING (kiosk)
CROSS JOIN LATERAL jsonb_array_elements(coalesce(s.document->'supplies', '[]')) AS x(supply);

-- Facts are those of `FaultTicket` in the contract. A ticket that was opened again keeps when it was closed.
CREATE VIEW fleet_tickets AS
SELECT t.kiosk, k.district, k.block, k.place, t.number, t.facts->>'part' AS part,
       t.facts->>'code' AS code, t.facts->>'level' AS level,
       moment(coalesce(t.facts->>'since', t.facts->>'opened')) AS since,
       moment(t.facts->>'level_since') AS level_since, t.facts->>'times' AS times,
       coalesce(t.facts->>'detail', '') AS detail,
       moment(coalesce(t.facts->>'closed_at', t.facts->>'closed')) AS closed_at, t.is_open, t.changed
FROM tickets t JOIN known k USING (kiosk);

-- What is in question about the record: alarms, a kiosk whose file has fewer rows than it once sent,
-- and rows that the kiosk has and never sent.
CREATE VIEW fleet_alarms AS
SELECT kiosk, stream, seq, code, detail, found FROM alarms
UNION ALL
SELECT s.kiosk, t.stream, t.seq, 'journal.went_back',
       format('expected at least %s rows, got %s', t.seq, s.document->>'journal_rows'), s.received
FROM states s JOIN streams t ON t.kiosk = s.kiosk
     AND t.stream = 'chain:' || (s.document->>'journal_chain')
WHERE s.received > t.began AND (s.document->>'journal_rows')::bigint < t.seq
      AND s.received > (SELECT max(received) FROM journal j
          WHERE j.kiosk = t.kiosk AND j.chain = s.document->>'journal_chain' AND j.seq = t.seq);

CREATE VIEW fleet_unreadable AS
SELECT kiosk, topic, size, why, times, first_at, last_at FROM unreadable;

"""Every statement of `store.py`: arrays in, one round trip each. The tables: `schema/`."""

BEGIN_STREAMS = """
INSERT INTO streams (kiosk, stream) SELECT * FROM unnest($1::text[], $2::text[])
ON CONFLICT DO NOTHING"""

LOCK_STREAMS = """
SELECT s.kiosk, s.stream, s.seq, s.highest, s.hash
FROM unnest($1::text[], $2::text[]) AS w(kiosk, stream) JOIN streams s USING (kiosk, stream)
ORDER BY s.kiosk COLLATE "C", s.stream COLLATE "C" FOR UPDATE OF s"""

MOVE_STREAMS = """
UPDATE streams s SET seq = n.seq, highest = n.highest, hash = n.hash,
       gap_since = CASE WHEN n.highest > n.seq
       THEN CASE WHEN n.seq = s.seq THEN coalesce(s.gap_since, now()) ELSE now() END END
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[])
     AS n(kiosk, stream, seq, highest, hash)
WHERE s.kiosk = n.kiosk AND s.stream = n.stream"""

ADD_ROWS = """
WITH added AS (
    INSERT INTO journal (kiosk, chain, seq, at, kind, order_id, event_key, credited, body, hash)
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[],
                         $7::text[], $8::bigint[], $9::text[], $10::text[])
    ON CONFLICT DO NOTHING RETURNING 1)
SELECT count(*) FROM added"""

KEPT_ROWS = """
SELECT j.* FROM unnest($1::text[], $2::text[], $3::bigint[]) AS w(kiosk, chain, seq)
JOIN journal j USING (kiosk, chain, seq)"""

ROWS_AFTER = """
SELECT * FROM journal WHERE kiosk = $1 AND chain = $2 AND seq > $3 ORDER BY seq LIMIT $4"""

ADD_EVENTS = """
WITH added AS (
    INSERT INTO events (kiosk, box, seq, boot, t, t_ok, kind, late, facts)
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[],
                         $6::boolean[], $7::text[], $8::boolean[], $9::jsonb[])
    ON CONFLICT DO NOTHING RETURNING 1)
SELECT count(*) FROM added"""

KEPT_EVENTS = """
SELECT e.* FROM unnest($1::text[], $2::text[], $3::bigint[]) AS w(kiosk, box, seq)
JOIN events e USING (kiosk, box, seq)"""

EVENTS_AFTER = """
SELECT seq FROM events WHERE kiosk = $1 AND box = $2 AND seq > $3 ORDER BY seq LIMIT $4"""

# A new disk begins a new box: its word counts, whatever the number. What comes late fills in what
# later events left out, and changes nothing else.
FOLD_TICKETS = """
INSERT INTO tickets AS t (kiosk, number, box, seq, is_open, facts)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::boolean[], $6::jsonb[])
ON CONFLICT (kiosk, number) DO UPDATE SET
    facts = CASE WHEN t.box = excluded.box AND t.seq >= excluded.seq
                 THEN excluded.facts || t.facts ELSE t.facts || excluded.facts END,
    is_open = CASE WHEN t.box = excluded.box AND t.seq >= excluded.seq
                   THEN t.is_open ELSE excluded.is_open END,
    changed = CASE WHEN t.box = excluded.box AND t.seq >= excluded.seq
                   THEN t.changed ELSE now() END,
    seq = CASE WHEN t.box = excluded.box THEN greatest(t.seq, excluded.seq) ELSE excluded.seq END,
    box = excluded.box"""

ADD_ALARMS = """
INSERT INTO alarms (kiosk, stream, seq, code, detail, other)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[])
ON CONFLICT DO NOTHING"""

# What is later of two words of a kiosk. Its clock may have been years ahead and been put right, so
# it is believed no further than the moment of arrival; where something that no clock moves decides
# (connection, step of a connection, start of the machine, uptime), it is not asked at all. A new
# disk counts from 1 again: it is believed by its clock, or, without one, when the word before it is
# older than any message that was overtaken. What was retained was said some time ago: the kiosk's
# clock says when, if it is right.
_SAID_AT = "least(moment({0}.t), {0}.received)"
_LATER = f"{_SAID_AT.format('excluded')} > {_SAID_AT.format('s')}"
_NEW_DISK = f"""(excluded.t_ok AND {_LATER}
       OR excluded.received > s.received + interval '10 min')"""

# An old last will that comes late loses by its number; of one connection the good-bye is the last
# word.
PUT_STATUSES = f"""
INSERT INTO statuses AS s (kiosk, state, connection, boot, release, t, t_ok, received)
SELECT kiosk, state, connection, boot, release, t, t_ok,
       CASE WHEN retained AND t_ok THEN least(now(), coalesce(moment(t), now())) ELSE now() END
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],
            $7::boolean[], $8::boolean[])
     AS n(kiosk, state, connection, boot, release, t, t_ok, retained)
ON CONFLICT (kiosk) DO UPDATE SET state = excluded.state, connection = excluded.connection,
    boot = excluded.boot, release = excluded.release, t = excluded.t, t_ok = excluded.t_ok,
    received = excluded.received
WHERE excluded.connection > s.connection
   OR (excluded.connection = s.connection
       AND array_position(ARRAY['draining', 'online', 'offline'], excluded.state)
         > array_position(ARRAY['draining', 'online', 'offline'], s.state))
   OR (excluded.connection < s.connection AND excluded.state <> 'offline' AND {_NEW_DISK})"""

PUT_STATES = f"""
INSERT INTO states AS s (kiosk, boot, t, t_ok, ttl, condition, document, received)
SELECT kiosk, boot, t, t_ok, ttl, condition, document,
       CASE WHEN retained AND t_ok THEN least(now(), coalesce(moment(t), now())) ELSE now() END
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::boolean[], $5::bigint[], $6::text[],
            $7::jsonb[], $8::boolean[])
     AS n(kiosk, boot, t, t_ok, ttl, condition, document, retained)
ON CONFLICT (kiosk) DO UPDATE SET boot = excluded.boot, t = excluded.t, t_ok = excluded.t_ok,
    ttl = excluded.ttl, condition = excluded.condition, document = excluded.document,
    received = excluded.received
WHERE excluded.boot > s.boot
   OR (excluded.boot = s.boot
       AND (coalesce((excluded.document->>'up')::float8, 0), {_SAID_AT.format("excluded")})
         > (coalesce((s.document->>'up')::float8, 0), {_SAID_AT.format("s")}))
   OR (excluded.boot < s.boot AND {_NEW_DISK})"""

PUT_HEALTH = """
INSERT INTO health AS h (kiosk, t, ttl, numbers)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::jsonb[])
ON CONFLICT (kiosk) DO UPDATE SET t = excluded.t, ttl = excluded.ttl, numbers = excluded.numbers,
    received = now()"""

PUT_HOURLY = """
INSERT INTO health_hourly (hour, kiosk, numbers)
SELECT date_trunc('hour', now()), kiosk, numbers
FROM unnest($1::text[], $2::jsonb[]) AS n(kiosk, numbers)
ON CONFLICT (hour, kiosk) DO UPDATE SET numbers = excluded.numbers"""

ADD_REPLIES = """
INSERT INTO replies (kiosk, id, part, parts, outcome, why, answer, boot, t)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],
                     $7::text[], $8::bigint[], $9::text[])
ON CONFLICT DO NOTHING"""

COUNT_UNREADABLE = """
INSERT INTO unreadable AS u (kiosk, digest, topic, bytes, size, why)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::int[], $6::text[])
ON CONFLICT (kiosk, digest) DO UPDATE SET times = u.times + 1, last_at = now()"""

# --- now and then, by any of the collectors -------------------------------------------------------

# With several collectors rows overtake one another for moments; what is missing for longer is
# an alarm, which stays when the row comes at last.
RAISE_GAPS = """
INSERT INTO alarms (kiosk, stream, seq, code, detail)
SELECT kiosk, stream, seq + 1, 'stream.gap', format('missing from here, while %s was seen', highest)
FROM streams WHERE gap_since < now() - make_interval(secs => $1::float8)
ON CONFLICT DO NOTHING"""

FORGET_HOURS = """
DELETE FROM health_hourly WHERE hour < now() - make_interval(days => $1::int)"""

BOUND_UNREADABLE = """
DELETE FROM unreadable u USING (
    SELECT kiosk, digest, row_number() OVER (PARTITION BY kiosk ORDER BY last_at DESC) AS place
    FROM unreadable) old
WHERE u.kiosk = old.kiosk AND u.digest = old.digest AND old.place > $1::int"""

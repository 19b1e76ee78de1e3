-- What kiosks said, as they said it. Rows of streams (events, journal) are only ever added.

-- How far a stream is without a gap. `stream` is `box:<box>` or `chain:<chain>`. `seq` is what
-- down/ack may say; `highest` is above it while something is missing between, since `gap_since`.
CREATE TABLE streams (
    kiosk text NOT NULL,
    stream text NOT NULL,
    seq bigint NOT NULL DEFAULT 0,
    highest bigint NOT NULL DEFAULT 0,
    hash text NOT NULL DEFAULT repeat('0', 64),  -- of journal row `seq`
    began timestamptz NOT NULL DEFAULT now(),
    gap_since timestamptz,
    PRIMARY KEY (kiosk, stream)
) WITH (fillfactor = 70);
CREATE INDEX streams_with_gap ON streams (gap_since) WHERE gap_since IS NOT NULL;

CREATE TABLE events (
    kiosk text NOT NULL,
    box text NOT NULL,
    seq bigint NOT NULL,
    boot bigint NOT NULL,
    t text NOT NULL,  -- what the kiosk's clock said, which may be wrong; `seq` is the order
    t_ok boolean NOT NULL,
    kind text NOT NULL,
    late boolean NOT NULL,
    facts jsonb NOT NULL,
    received timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kiosk, box, seq)
);
CREATE INDEX events_by_kind ON events (kind, received);

-- Column by column as in the kiosk's file, `body` byte for byte, so that anyone can verify `hash`.
CREATE TABLE journal (
    kiosk text NOT NULL,
    chain text NOT NULL,
    seq bigint NOT NULL,
    at text NOT NULL,
    kind text NOT NULL,
    order_id text,
    event_key text,
    credited bigint NOT NULL,  -- paise that ever went in, up to and with this row
    body text NOT NULL,
    hash text NOT NULL,
    received timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kiosk, chain, seq)
);
CREATE INDEX journal_orders ON journal (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX journal_collections ON journal (kiosk, received, seq) WHERE kind = 'CollectionClosed';

-- What is wrong with a stream. Never an update of the stream itself: both contents are kept.
CREATE TABLE alarms (
    kiosk text NOT NULL,
    stream text NOT NULL,
    seq bigint NOT NULL,
    code text NOT NULL,  -- journal.broken, journal.conflict, event.conflict, stream.gap
    detail text NOT NULL,
    other text NOT NULL DEFAULT '',  -- the content that was refused, as JSON
    found timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kiosk, stream, seq, code)
);

-- The same bytes again are counted, not kept again; the collector keeps the latest few of a kiosk.
CREATE TABLE unreadable (
    kiosk text NOT NULL,
    digest text NOT NULL,  -- SHA-256 of topic, a zero byte, and the message
    topic text NOT NULL,
    bytes bytea NOT NULL,  -- the first 4 KiB
    size integer NOT NULL,
    why text NOT NULL,
    times bigint NOT NULL DEFAULT 1,
    first_at timestamptz NOT NULL DEFAULT now(),
    last_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kiosk, digest)
);

-- The latest of each kiosk.
CREATE TABLE statuses (
    kiosk text PRIMARY KEY,
    state text NOT NULL,  -- online, draining, offline
    connection bigint NOT NULL,
    boot bigint NOT NULL,
    release text NOT NULL,
    t text NOT NULL,
    t_ok boolean NOT NULL,
    received timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 70);

CREATE TABLE states (
    kiosk text PRIMARY KEY,
    boot bigint NOT NULL,
    t text NOT NULL,
    t_ok boolean NOT NULL,
    ttl bigint NOT NULL,  -- seconds after `received` until it is stale
    condition text NOT NULL,
    document jsonb NOT NULL,  -- UpState, whole
    received timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 70);

CREATE TABLE health (
    kiosk text PRIMARY KEY,
    t text NOT NULL,
    ttl bigint NOT NULL,
    numbers jsonb NOT NULL,
    received timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 70);

-- The last numbers of each hour, for graphs; the collector removes those of a quarter ago.
CREATE TABLE health_hourly (
    hour timestamptz NOT NULL,
    kiosk text NOT NULL,
    numbers jsonb NOT NULL,
    PRIMARY KEY (hour, kiosk)
) WITH (fillfactor = 70);

CREATE TABLE replies (
    kiosk text NOT NULL,
    id text NOT NULL,
    part bigint NOT NULL,
    parts bigint NOT NULL,
    outcome text NOT NULL,
    why text NOT NULL,
    answer text NOT NULL,
    boot bigint NOT NULL,
    t text NOT NULL,
    received timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kiosk, id, part)
);

-- Folded from the events `ticket.*`; `ticket.closed` ends one, any other opens it.
CREATE TABLE tickets (
    kiosk text NOT NULL,
    number text NOT NULL,
    box text NOT NULL,
    seq bigint NOT NULL,  -- of the last event that is folded in
    is_open boolean NOT NULL,
    facts jsonb NOT NULL,
    changed timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kiosk, number)
);
CREATE INDEX tickets_open ON tickets (kiosk) WHERE is_open;

-- What was put where, as the district says: `kioskctl fleet import`.
CREATE TABLE installed (
    kiosk text PRIMARY KEY,
    district text NOT NULL,
    block text NOT NULL,
    place text NOT NULL,
    since date
);

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE world (
    name     TEXT PRIMARY KEY,
    settings TEXT NOT NULL,
    clock    TEXT,
    created  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE credential (
    vendor     TEXT NOT NULL,
    id         TEXT NOT NULL,
    world      TEXT NOT NULL,
    scheme     TEXT NOT NULL,
    secret     TEXT NOT NULL,
    state      TEXT NOT NULL,
    operations TEXT,
    expires    INTEGER,
    created    INTEGER NOT NULL,
    PRIMARY KEY (vendor, id)
) WITHOUT ROWID;

-- No index beside the primary key: it would halve what the writer can take.
CREATE TABLE call (
    seq          INTEGER PRIMARY KEY,
    request_id   BLOB NOT NULL,
    world        TEXT NOT NULL,
    provider     TEXT NOT NULL,
    operation    TEXT NOT NULL,
    key          TEXT NOT NULL,
    arrived      INTEGER NOT NULL,
    ended        INTEGER NOT NULL,
    arrived_real INTEGER NOT NULL,
    own_us       INTEGER NOT NULL,
    injected_us  INTEGER NOT NULL,
    bytes_in     INTEGER NOT NULL,
    bytes_out    INTEGER NOT NULL,
    status       INTEGER,
    code         TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    units        INTEGER NOT NULL,
    fee_fen      INTEGER NOT NULL,
    content      BLOB NOT NULL
);

-- Five-minute roll-ups, written in the same transaction as their rows. Outcome classes are columns, so
-- that their number does not multiply the rows.
CREATE TABLE rollup (
    bucket             INTEGER NOT NULL,
    world              TEXT NOT NULL,
    provider           TEXT NOT NULL,
    operation          TEXT NOT NULL,
    calls              INTEGER NOT NULL,
    answered           INTEGER NOT NULL,
    no_response        INTEGER NOT NULL,
    abandoned          INTEGER NOT NULL,
    reset_before_read  INTEGER NOT NULL,
    reset_after_read   INTEGER NOT NULL,
    truncated          INTEGER NOT NULL,
    refused_connection INTEGER NOT NULL,
    late               INTEGER NOT NULL,
    broken             INTEGER NOT NULL,
    status_4xx         INTEGER NOT NULL,
    status_429         INTEGER NOT NULL,
    status_5xx         INTEGER NOT NULL,
    units              INTEGER NOT NULL,
    fee_fen            INTEGER NOT NULL,
    bytes_in           INTEGER NOT NULL,
    bytes_out          INTEGER NOT NULL,
    own_us             INTEGER NOT NULL,
    injected_us        INTEGER NOT NULL,
    PRIMARY KEY (world, provider, operation, bucket)
) WITHOUT ROWID;

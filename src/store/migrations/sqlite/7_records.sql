-- What vendors keep between calls, by world; and the ids of charges that were made after their calls.
CREATE TABLE record (
    world    TEXT NOT NULL,
    provider TEXT NOT NULL,
    kind     TEXT NOT NULL,
    id       TEXT NOT NULL,
    position INTEGER NOT NULL,
    expires  INTEGER,
    value    TEXT NOT NULL,
    PRIMARY KEY (world, provider, kind, id)
) WITHOUT ROWID;

CREATE INDEX deferred_charge ON call (request_id) WHERE outcome = 'deferred_charge';

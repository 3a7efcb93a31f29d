-- Asynchronous work: what is known of a job is JSON, since it is read and written whole.
CREATE TABLE job (
    id    TEXT PRIMARY KEY,
    world TEXT NOT NULL,
    job   TEXT NOT NULL
) WITHOUT ROWID;

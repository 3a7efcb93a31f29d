-- Templates users upload (001 2.1). The checksum goes over id and body.
CREATE TABLE template (
    world   TEXT NOT NULL,
    id      TEXT NOT NULL,
    sha256  TEXT NOT NULL,
    body    BLOB NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT;

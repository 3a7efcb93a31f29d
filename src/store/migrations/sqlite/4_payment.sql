-- How calls were paid, and the chain that shows that no row was taken out.
ALTER TABLE call ADD COLUMN pack_units  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE call ADD COLUMN coupon_fen  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE call ADD COLUMN granted_fen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE call ADD COLUMN owed_fen    INTEGER NOT NULL DEFAULT 0;
-- Packs and coupons drawn on, {"coupon:c1": 8}; absent where there are none.
ALTER TABLE call ADD COLUMN drawn       TEXT;
-- SHA-256 over the hash of the row before it, of the same world and provider, and over its own text; absent in rows
-- that are older than the chain.
ALTER TABLE call ADD COLUMN hash        BLOB;

ALTER TABLE rollup ADD COLUMN pack_units  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup ADD COLUMN coupon_fen  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup ADD COLUMN granted_fen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup ADD COLUMN owed_fen    INTEGER NOT NULL DEFAULT 0;

ALTER TABLE service ADD COLUMN coupon_fen  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE service ADD COLUMN granted_fen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE service ADD COLUMN owed_fen    INTEGER NOT NULL DEFAULT 0;

-- What has been drawn on each pack and coupon: units, or fen.
CREATE TABLE drawn (
    world  TEXT NOT NULL,
    name   TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (world, name)
) WITHOUT ROWID;

-- The last hash of each chain.
CREATE TABLE chain (
    world    TEXT NOT NULL,
    provider TEXT NOT NULL,
    head     BLOB NOT NULL,
    rows     INTEGER NOT NULL,
    PRIMARY KEY (world, provider)
) WITHOUT ROWID;

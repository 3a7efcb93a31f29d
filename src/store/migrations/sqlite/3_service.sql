-- What a statement of service needs of the calls of five minutes, by whose trouble they were: counts of classes that
-- every reading of an agreement can be made of.
CREATE TABLE service (
    world       TEXT NOT NULL,
    provider    TEXT NOT NULL,
    bucket      INTEGER NOT NULL,
    cause       TEXT NOT NULL,
    asserted    TEXT NOT NULL,
    party       TEXT NOT NULL,
    noticed     INTEGER NOT NULL,
    begun       INTEGER NOT NULL,
    served      INTEGER NOT NULL,
    status_4xx  INTEGER NOT NULL,
    status_5xx  INTEGER NOT NULL,
    late        INTEGER NOT NULL,
    late_4xx    INTEGER NOT NULL,
    late_5xx    INTEGER NOT NULL,
    silent      INTEGER NOT NULL,
    undelivered INTEGER NOT NULL,
    abandoned   INTEGER NOT NULL,
    fee_fen     INTEGER NOT NULL,
    PRIMARY KEY (world, provider, bucket, cause, asserted, party, noticed, begun)
) WITHOUT ROWID;

-- The calls there were before it was kept.
INSERT INTO service
SELECT world, provider, (arrived / 300000000) * 300000000, COALESCE(cause, ''), COALESCE(asserted, ''),
    COALESCE(party, ''), COALESCE(noticed, 0), CASE WHEN noticed IS NULL THEN 0 ELSE begun END,
    SUM(outcome IN ('answered', 'truncated') AND COALESCE(status, 0) NOT BETWEEN 400 AND 599),
    SUM(outcome IN ('answered', 'truncated') AND COALESCE(status, 0) BETWEEN 400 AND 499),
    SUM(outcome IN ('answered', 'truncated') AND COALESCE(status, 0) BETWEEN 500 AND 599),
    SUM(outcome = 'late' AND COALESCE(status, 0) NOT BETWEEN 400 AND 599),
    SUM(outcome = 'late' AND COALESCE(status, 0) BETWEEN 400 AND 499),
    SUM(outcome = 'late' AND COALESCE(status, 0) BETWEEN 500 AND 599),
    SUM(outcome IN ('no_response', 'reset_after_read')),
    SUM(outcome IN ('reset_before_read', 'refused_connection')),
    SUM(outcome = 'abandoned'),
    SUM(fee_fen)
FROM call WHERE outcome <> 'broken' GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;

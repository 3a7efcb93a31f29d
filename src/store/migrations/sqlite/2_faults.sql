-- The provider's own view of a call beside the client's (status, outcome), and whose trouble it was.
ALTER TABLE call ADD COLUMN made     INTEGER;
ALTER TABLE call ADD COLUMN fault    TEXT;
ALTER TABLE call ADD COLUMN party    TEXT;
ALTER TABLE call ADD COLUMN cause    TEXT;
ALTER TABLE call ADD COLUMN asserted TEXT;
ALTER TABLE call ADD COLUMN notice   TEXT;
ALTER TABLE call ADD COLUMN noticed  INTEGER;
ALTER TABLE call ADD COLUMN begun    INTEGER;

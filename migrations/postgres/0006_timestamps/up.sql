-- Time stamps (RFC 3161) over checkpoints, and how each authority stands.

CREATE TABLE authorities (
    -- What the settings call it.
    name TEXT NOT NULL PRIMARY KEY,
    -- When it was asked last, by our clock, ms UTC.
    asked_at BIGINT NOT NULL,
    -- When it stamped last, by our clock, ms UTC.
    stamped_at BIGINT,
    -- Leaves under the checkpoint it stamped last.
    size BIGINT NOT NULL,
    -- Why the last attempt brought nothing; empty after a success.
    fault TEXT NOT NULL
);

CREATE TABLE timestamps (
    -- The checkpoint it is over.
    size BIGINT NOT NULL REFERENCES checkpoints (size),
    -- What the settings called the authority.
    authority TEXT NOT NULL,
    -- When the authority says it had the checkpoint, ms UTC.
    time BIGINT NOT NULL,
    -- TimeStampToken in DER.
    token BYTEA NOT NULL,
    PRIMARY KEY (size, authority)
);

-- timestamps: append-only.
CREATE TRIGGER timestamps_update BEFORE UPDATE ON timestamps FOR EACH ROW
EXECUTE FUNCTION refuse('timestamps are append-only');
CREATE TRIGGER timestamps_delete BEFORE DELETE ON timestamps FOR EACH ROW
EXECUTE FUNCTION refuse('timestamps are append-only');
CREATE TRIGGER timestamps_truncate BEFORE TRUNCATE ON timestamps
EXECUTE FUNCTION refuse('timestamps are append-only');

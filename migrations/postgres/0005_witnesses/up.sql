-- Witnesses as the log knows them, and what they have cosigned.

CREATE TABLE witnesses (
    -- Verifier key (C2SP tlog-cosignature vkey).
    key TEXT NOT NULL PRIMARY KEY,
    -- The size it cosigned last, as far as is known; the next consistency proof starts there.
    size BIGINT NOT NULL,
    -- When it last cosigned for us, by our clock, ms UTC.
    cosigned_at BIGINT,
    -- Why the last attempt brought nothing; empty after a success.
    fault TEXT NOT NULL
);

CREATE TABLE cosignatures (
    -- The checkpoint it is over.
    size BIGINT NOT NULL REFERENCES checkpoints (size),
    -- Verifier key of the witness.
    witness TEXT NOT NULL,
    -- When the witness says it made it, seconds since 1970.
    time BIGINT NOT NULL,
    -- The signature line of the note, without its newline.
    line TEXT NOT NULL,
    PRIMARY KEY (size, witness, time)
);

-- cosignatures: append-only.
CREATE TRIGGER cosignatures_update BEFORE UPDATE ON cosignatures FOR EACH ROW
EXECUTE FUNCTION refuse('cosignatures are append-only');
CREATE TRIGGER cosignatures_delete BEFORE DELETE ON cosignatures FOR EACH ROW
EXECUTE FUNCTION refuse('cosignatures are append-only');
CREATE TRIGGER cosignatures_truncate BEFORE TRUNCATE ON cosignatures
EXECUTE FUNCTION refuse('cosignatures are append-only');

-- What a witness remembers: of each log the tree it cosigned last, and every proof that a log showed two histories.

CREATE TABLE witnessed (
    -- First line of the log's checkpoints.
    origin TEXT NOT NULL PRIMARY KEY,
    -- Leaves under the checkpoint cosigned last.
    size BIGINT NOT NULL,
    -- Its root, 32 bytes.
    root BLOB NOT NULL,
    -- The note as the log signed it.
    note TEXT NOT NULL,
    -- When this size was cosigned first, ms UTC.
    seen_at BIGINT NOT NULL
);

CREATE TABLE forks (
    origin TEXT NOT NULL,
    size BIGINT NOT NULL,
    -- The other root of the same size, 32 bytes.
    root BLOB NOT NULL,
    -- The note with the other root, signed by the log.
    note TEXT NOT NULL,
    -- The note that was cosigned.
    known_note TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (origin, size, root)
);

-- Sizes never go back and a size never gets another root, even for raw SQL. Mind OR REPLACE, which deletes without
-- asking: a second row is refused in the words of the unique index.
CREATE TRIGGER witnessed_insert BEFORE INSERT ON witnessed
WHEN EXISTS (SELECT 1 FROM witnessed WHERE origin = NEW.origin)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: witnessed'); END;
CREATE TRIGGER witnessed_update BEFORE UPDATE ON witnessed
WHEN NEW.rowid IS NOT OLD.rowid OR NEW.origin IS NOT OLD.origin OR NEW.size <= OLD.size
BEGIN SELECT RAISE(ABORT, 'what was witnessed only grows'); END;
CREATE TRIGGER witnessed_delete BEFORE DELETE ON witnessed
BEGIN SELECT RAISE(ABORT, 'what was witnessed only grows'); END;
CREATE TRIGGER forks_insert BEFORE INSERT ON forks
WHEN EXISTS (SELECT 1 FROM forks WHERE origin = NEW.origin AND size = NEW.size AND root = NEW.root)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: forks'); END;
CREATE TRIGGER forks_update BEFORE UPDATE ON forks
BEGIN SELECT RAISE(ABORT, 'forks are append-only'); END;
CREATE TRIGGER forks_delete BEFORE DELETE ON forks
BEGIN SELECT RAISE(ABORT, 'forks are append-only'); END;

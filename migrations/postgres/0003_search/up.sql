-- Folded text of each disclosure, numbered so that a higher `doc` is newer, and its index of character pairs.
-- Both are derived: `zhijian fsck` can make them again.
CREATE TABLE disclosure_texts (
    doc BIGINT NOT NULL PRIMARY KEY,
    disclosure_id TEXT NOT NULL UNIQUE REFERENCES disclosures (id),
    body TEXT NOT NULL,
    words INT4[] NOT NULL DEFAULT '{}'
);
CREATE INDEX disclosure_words ON disclosure_texts USING gin (words) WITH (fastupdate = off);

-- Folded text of each disclosure, numbered so that a higher `doc` is newer, and its index of character pairs.
-- Both are derived: `zhijian fsck` can make them again.
CREATE TABLE disclosure_texts (
    doc INTEGER NOT NULL PRIMARY KEY,
    disclosure_id TEXT NOT NULL UNIQUE REFERENCES disclosures (id),
    body TEXT NOT NULL
);

-- Tokens are eight hex digits each, so no tokeniser of SQLite's ever meets Chinese.
CREATE VIRTUAL TABLE disclosure_words USING fts5 (
    body, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);

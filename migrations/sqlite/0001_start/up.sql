-- Columns are TEXT, BIGINT, INTEGER, BOOLEAN and BLOB only, so that one Diesel schema fits both engines.
-- An INTEGER PRIMARY KEY is SQLite's own row number (64 bits): one index less, and no second number to forge.
-- Times (*_at) are milliseconds UTC; days (*_on, due) are 'YYYY-MM-DD' in China; money is fen.
CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE agencies (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    short_name TEXT NOT NULL,
    parent_id TEXT REFERENCES agencies (id),
    region TEXT NOT NULL,
    pack TEXT NOT NULL,
    address TEXT NOT NULL,
    phone TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE people (
    id TEXT NOT NULL PRIMARY KEY,
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    roles TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    certificate TEXT NOT NULL,
    certificate_from TEXT NOT NULL,
    certificate_until TEXT NOT NULL,
    qualification TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX people_by_agency ON people (agency_id, login);

CREATE TABLE sessions (
    token_digest TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    csrf TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_person ON sessions (person_id);
CREATE INDEX sessions_expiring ON sessions (expires_at);

-- Signing keys; a server-held one carries its secret sealed under the owner's password.
CREATE TABLE keys (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT REFERENCES people (id),
    public_key BLOB NOT NULL UNIQUE,
    custody TEXT NOT NULL,
    sealed_secret BLOB,
    registered_at BIGINT NOT NULL,
    registered_leaf BIGINT NOT NULL,
    revoked_at BIGINT,
    revoked_leaf BIGINT
);
CREATE INDEX keys_by_person ON keys (person_id);

CREATE TABLE items (
    code TEXT NOT NULL PRIMARY KEY,
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    act_kind TEXT NOT NULL,
    name TEXT NOT NULL,
    basis TEXT NOT NULL,
    penalty TEXT NOT NULL,
    field TEXT NOT NULL,
    active BOOLEAN NOT NULL
);
CREATE INDEX items_by_agency ON items (agency_id, code);

-- One row per hash chain; sealing_key is wrapped by the master key, and gone once the chain is erased.
CREATE TABLE chains (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    agency_id TEXT,
    length BIGINT NOT NULL,
    head BLOB NOT NULL,
    sealing_key BLOB
);

-- Projection of the case's records; `state` is law::procedure::CaseState as JSON.
CREATE TABLE cases (
    id TEXT NOT NULL PRIMARY KEY REFERENCES chains (id),
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    number TEXT NOT NULL,
    title TEXT NOT NULL,
    party TEXT NOT NULL,
    act_kind TEXT NOT NULL,
    item_code TEXT NOT NULL,
    stage TEXT NOT NULL,
    state TEXT NOT NULL,
    opened_by TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    closed_at BIGINT,
    UNIQUE (agency_id, number)
);
CREATE INDEX cases_by_agency ON cases (agency_id, updated_at, id);
CREATE INDEX cases_by_stage ON cases (agency_id, stage, updated_at, id);

CREATE TABLE records (
    id TEXT NOT NULL PRIMARY KEY,
    chain TEXT NOT NULL REFERENCES chains (id),
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    person_id TEXT,
    envelope BLOB NOT NULL,
    envelope_digest TEXT NOT NULL,
    payload_digest TEXT NOT NULL,
    fields BLOB,
    received_at BIGINT NOT NULL,
    UNIQUE (chain, seq),
    -- A payload names its chain; this order keeps the index's writes where the open cases are.
    UNIQUE (chain, payload_digest)
);

CREATE TABLE entries (
    leaf INTEGER NOT NULL PRIMARY KEY,
    chain TEXT NOT NULL REFERENCES chains (id),
    seq BIGINT NOT NULL,
    prev BLOB NOT NULL,
    hash BLOB NOT NULL,
    record_id TEXT NOT NULL UNIQUE REFERENCES records (id),
    received_at BIGINT NOT NULL,
    UNIQUE (chain, seq)
);

CREATE TABLE leaves (
    idx INTEGER NOT NULL PRIMARY KEY,
    leaf BLOB NOT NULL,
    nonce BLOB NOT NULL
);

-- Roots of complete subtrees at levels 8, 16, 24 …; derived from leaves when a checkpoint is sealed.
CREATE TABLE nodes (
    level INTEGER NOT NULL,
    idx BIGINT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, idx)
);

CREATE TABLE checkpoints (
    size INTEGER NOT NULL PRIMARY KEY,
    root BLOB NOT NULL,
    sealed_at BIGINT NOT NULL,
    note TEXT NOT NULL
);

-- A prepared record that waits for its signatures.
CREATE TABLE drafts (
    id TEXT NOT NULL PRIMARY KEY,
    chain TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload BLOB NOT NULL,
    fields BLOB NOT NULL,
    signatures TEXT NOT NULL,
    waiting_for TEXT NOT NULL,
    head BLOB NOT NULL,
    prepared_by TEXT NOT NULL REFERENCES people (id),
    prepared_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX drafts_by_chain ON drafts (chain);
CREATE INDEX drafts_expiring ON drafts (expires_at);

CREATE TABLE uploads (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    name TEXT NOT NULL,
    metadata TEXT NOT NULL,
    declared_root TEXT,
    length BIGINT NOT NULL,
    received BIGINT NOT NULL,
    hash_state BLOB NOT NULL,
    chunks BLOB NOT NULL,
    generation BIGINT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    exhibit_id TEXT
);
CREATE INDEX uploads_by_case ON uploads (case_id);
CREATE INDEX uploads_expiring ON uploads (state, expires_at);

CREATE TABLE exhibits (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    record_id TEXT NOT NULL REFERENCES records (id),
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    chunk_root TEXT NOT NULL,
    size BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    duration_ms BIGINT,
    width INTEGER,
    height INTEGER,
    poster_sha256 TEXT,
    received_by TEXT NOT NULL,
    received_at BIGINT NOT NULL
);
CREATE INDEX exhibits_by_case ON exhibits (case_id, received_at);
CREATE INDEX exhibits_by_digest ON exhibits (sha256);

-- One row a round; `record_id` names the review record once there is one.
CREATE TABLE reviews (
    submission_id TEXT NOT NULL PRIMARY KEY REFERENCES records (id),
    case_id TEXT NOT NULL REFERENCES cases (id),
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    round INTEGER NOT NULL,
    submitted_by TEXT NOT NULL,
    submitted_at BIGINT NOT NULL,
    head BLOB NOT NULL,
    due TEXT NOT NULL,
    record_id TEXT UNIQUE REFERENCES records (id),
    result TEXT,
    reviewer_id TEXT,
    reviewed_at BIGINT,
    voided BOOLEAN NOT NULL,
    UNIQUE (case_id, round)
);
CREATE INDEX reviews_waiting ON reviews (agency_id, due);

-- `disclosed_by` is the record that disclosed or withheld the decision; NULL while that is still due.
CREATE TABLE decisions (
    record_id TEXT NOT NULL PRIMARY KEY REFERENCES records (id),
    case_id TEXT NOT NULL REFERENCES cases (id),
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    number TEXT NOT NULL,
    decided_on TEXT NOT NULL,
    outcome TEXT NOT NULL,
    kinds TEXT NOT NULL,
    fine BIGINT NOT NULL,
    confiscated BIGINT NOT NULL,
    major BOOLEAN NOT NULL,
    review_record_id TEXT,
    disclosed_by TEXT REFERENCES records (id),
    UNIQUE (agency_id, number)
);
CREATE INDEX decisions_by_case ON decisions (case_id);
CREATE INDEX decisions_undisclosed ON decisions (agency_id, decided_on) WHERE disclosed_by IS NULL;

CREATE TABLE clocks (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    rule TEXT NOT NULL,
    start_on TEXT NOT NULL,
    due TEXT NOT NULL,
    provisional BOOLEAN NOT NULL,
    met_on TEXT
);
CREATE INDEX clocks_due ON clocks (agency_id, due);
CREATE INDEX clocks_by_case ON clocks (case_id);

-- The public face of a decision; `content` is what the newest release shows, as JSON.
CREATE TABLE disclosures (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    case_id TEXT,
    act_kind TEXT NOT NULL,
    document_number TEXT NOT NULL,
    title TEXT NOT NULL,
    party TEXT NOT NULL,
    party_code TEXT NOT NULL,
    kinds TEXT NOT NULL,
    fine BIGINT,
    decided_on TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    due TEXT NOT NULL,
    show_until TEXT,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    releases INTEGER NOT NULL,
    record_id TEXT NOT NULL REFERENCES records (id),
    content TEXT NOT NULL,
    source_key TEXT UNIQUE
);
CREATE INDEX disclosures_newest ON disclosures (published_at, id);
CREATE INDEX disclosures_by_agency ON disclosures (agency_id, published_at, id);
CREATE INDEX disclosures_by_case ON disclosures (case_id);
CREATE INDEX disclosures_by_document ON disclosures (document_number);

CREATE TABLE releases (
    disclosure_id TEXT NOT NULL REFERENCES disclosures (id),
    version INTEGER NOT NULL,
    record_id TEXT NOT NULL REFERENCES records (id),
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    content TEXT NOT NULL,
    released_at BIGINT NOT NULL,
    PRIMARY KEY (disclosure_id, version)
);

CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX jobs_due ON jobs (state, due_at);

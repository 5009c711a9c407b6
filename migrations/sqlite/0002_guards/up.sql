-- What raw SQL must not do either. Mind OR REPLACE: SQLite lets it delete the row in its way, be it by a unique
-- value or by the hidden row number, without asking any DELETE trigger. So each guarded table refuses a second
-- row itself, in the words the unique index would use.

-- records: append-only, except that `fields` may be erased.
CREATE TRIGGER records_insert BEFORE INSERT ON records
WHEN EXISTS (SELECT 1 FROM records WHERE rowid = NEW.rowid)
    OR EXISTS (SELECT 1 FROM records WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM records WHERE chain = NEW.chain AND payload_digest = NEW.payload_digest)
    OR EXISTS (SELECT 1 FROM records WHERE chain = NEW.chain AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: records'); END;
CREATE TRIGGER records_update BEFORE UPDATE ON records
WHEN NEW.fields IS NOT NULL OR NEW.rowid IS NOT OLD.rowid
    OR NEW.id IS NOT OLD.id OR NEW.chain IS NOT OLD.chain OR NEW.seq IS NOT OLD.seq
    OR NEW.kind IS NOT OLD.kind OR NEW.at IS NOT OLD.at OR NEW.person_id IS NOT OLD.person_id
    OR NEW.envelope IS NOT OLD.envelope OR NEW.envelope_digest IS NOT OLD.envelope_digest
    OR NEW.payload_digest IS NOT OLD.payload_digest OR NEW.received_at IS NOT OLD.received_at
BEGIN SELECT RAISE(ABORT, 'records are append-only: only fields may be erased'); END;
CREATE TRIGGER records_delete BEFORE DELETE ON records
BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;

-- entries and leaves: append-only and dense.
CREATE TRIGGER entries_insert BEFORE INSERT ON entries
WHEN EXISTS (SELECT 1 FROM entries WHERE leaf = NEW.leaf)
    OR EXISTS (SELECT 1 FROM entries WHERE record_id = NEW.record_id)
    OR EXISTS (SELECT 1 FROM entries WHERE chain = NEW.chain AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: entries'); END;
CREATE TRIGGER entries_update BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entries_delete BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;

CREATE TRIGGER leaves_insert BEFORE INSERT ON leaves
WHEN NEW.idx IS NOT (SELECT COALESCE(MAX(idx) + 1, 0) FROM leaves)
BEGIN SELECT RAISE(ABORT, 'leaves are dense: idx must be the number of leaves'); END;
CREATE TRIGGER leaves_update BEFORE UPDATE ON leaves
BEGIN SELECT RAISE(ABORT, 'leaves are append-only'); END;
CREATE TRIGGER leaves_delete BEFORE DELETE ON leaves
BEGIN SELECT RAISE(ABORT, 'leaves are append-only'); END;

-- checkpoints: append-only and growing.
CREATE TRIGGER checkpoints_insert BEFORE INSERT ON checkpoints
WHEN NEW.size <= (SELECT MAX(size) FROM checkpoints)
BEGIN SELECT RAISE(ABORT, 'checkpoints only grow: size must exceed the last one'); END;
CREATE TRIGGER checkpoints_update BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;
CREATE TRIGGER checkpoints_delete BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;

-- reviews: what was reviewed never changes, an outcome is given once, and what was voided stays void.
CREATE TRIGGER reviews_insert BEFORE INSERT ON reviews
WHEN EXISTS (SELECT 1 FROM reviews WHERE rowid = NEW.rowid)
    OR EXISTS (SELECT 1 FROM reviews WHERE submission_id = NEW.submission_id)
    OR EXISTS (SELECT 1 FROM reviews WHERE record_id = NEW.record_id)
    OR EXISTS (SELECT 1 FROM reviews WHERE case_id = NEW.case_id AND round = NEW.round)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: reviews'); END;
CREATE TRIGGER reviews_subject BEFORE UPDATE ON reviews
WHEN NEW.rowid IS NOT OLD.rowid OR NEW.submission_id IS NOT OLD.submission_id OR NEW.case_id IS NOT OLD.case_id
    OR NEW.round IS NOT OLD.round OR NEW.head IS NOT OLD.head
BEGIN SELECT RAISE(ABORT, 'reviews: what was submitted cannot change'); END;
CREATE TRIGGER reviews_outcome BEFORE UPDATE ON reviews
WHEN (OLD.result IS NOT NULL AND NEW.result IS NOT OLD.result)
    OR (OLD.record_id IS NOT NULL AND NEW.record_id IS NOT OLD.record_id)
BEGIN SELECT RAISE(ABORT, 'reviews: an outcome is given once'); END;
CREATE TRIGGER reviews_unique BEFORE UPDATE ON reviews
WHEN EXISTS (SELECT 1 FROM reviews WHERE record_id = NEW.record_id AND rowid IS NOT OLD.rowid)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: reviews'); END;
CREATE TRIGGER reviews_voided BEFORE UPDATE ON reviews
WHEN OLD.voided AND NOT NEW.voided
BEGIN SELECT RAISE(ABORT, 'reviews: a voided review stays void'); END;
CREATE TRIGGER reviews_delete BEFORE DELETE ON reviews
BEGIN SELECT RAISE(ABORT, 'reviews cannot be deleted'); END;

-- decisions: a major one needs a passing, standing review of its own case (行政处罚法 art. 58).
CREATE TRIGGER decisions_insert BEFORE INSERT ON decisions
WHEN EXISTS (SELECT 1 FROM decisions WHERE rowid = NEW.rowid)
    OR EXISTS (SELECT 1 FROM decisions WHERE record_id = NEW.record_id)
    OR EXISTS (SELECT 1 FROM decisions WHERE agency_id = NEW.agency_id AND number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: decisions'); END;
CREATE TRIGGER decisions_insert_major BEFORE INSERT ON decisions
WHEN NEW.major IS NOT FALSE AND NOT EXISTS (
    SELECT 1 FROM reviews JOIN records ON records.id = reviews.record_id
    WHERE reviews.record_id = NEW.review_record_id AND reviews.case_id = NEW.case_id
        AND reviews.result = 'agree' AND reviews.voided = FALSE
        AND records.kind = 'review' AND records.chain = NEW.case_id
)
BEGIN SELECT RAISE(ABORT, 'decisions: a major decision needs a passing review of its case'); END;
CREATE TRIGGER decisions_update_major
BEFORE UPDATE OF record_id, case_id, major, review_record_id ON decisions
WHEN NEW.major IS NOT FALSE AND NOT EXISTS (
    SELECT 1 FROM reviews JOIN records ON records.id = reviews.record_id
    WHERE reviews.record_id = NEW.review_record_id AND reviews.case_id = NEW.case_id
        AND reviews.result = 'agree' AND reviews.voided = FALSE
        AND records.kind = 'review' AND records.chain = NEW.case_id
)
BEGIN SELECT RAISE(ABORT, 'decisions: a major decision needs a passing review of its case'); END;
CREATE TRIGGER decisions_stay_major BEFORE UPDATE ON decisions
WHEN OLD.major AND NEW.major IS NOT TRUE
BEGIN SELECT RAISE(ABORT, 'decisions: a major decision stays major'); END;
CREATE TRIGGER decisions_unique BEFORE UPDATE ON decisions
WHEN NEW.rowid IS NOT OLD.rowid
    OR EXISTS (SELECT 1 FROM decisions WHERE record_id = NEW.record_id AND rowid IS NOT OLD.rowid)
    OR EXISTS (SELECT 1 FROM decisions
        WHERE agency_id = NEW.agency_id AND number = NEW.number AND rowid IS NOT OLD.rowid)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: decisions'); END;
CREATE TRIGGER decisions_delete BEFORE DELETE ON decisions WHEN OLD.major
BEGIN SELECT RAISE(ABORT, 'decisions: a major decision cannot be deleted'); END;

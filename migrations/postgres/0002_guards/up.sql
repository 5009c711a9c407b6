-- What raw SQL must not do either; the same refusals in the same words as on SQLite.

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$;

-- records: append-only, except that `fields` may be erased.
CREATE TRIGGER records_update BEFORE UPDATE ON records FOR EACH ROW
WHEN (NEW.fields IS NOT NULL
    OR (NEW.id, NEW.chain, NEW.seq, NEW.kind, NEW.at, NEW.person_id, NEW.envelope, NEW.envelope_digest,
        NEW.payload_digest, NEW.received_at)
    IS DISTINCT FROM (OLD.id, OLD.chain, OLD.seq, OLD.kind, OLD.at, OLD.person_id, OLD.envelope,
        OLD.envelope_digest, OLD.payload_digest, OLD.received_at))
EXECUTE FUNCTION refuse('records are append-only: only fields may be erased');
CREATE TRIGGER records_delete BEFORE DELETE ON records FOR EACH ROW
EXECUTE FUNCTION refuse('records are append-only');
CREATE TRIGGER records_truncate BEFORE TRUNCATE ON records
EXECUTE FUNCTION refuse('records are append-only');

-- entries and leaves: append-only and dense.
CREATE TRIGGER entries_update BEFORE UPDATE ON entries FOR EACH ROW
EXECUTE FUNCTION refuse('entries are append-only');
CREATE TRIGGER entries_delete BEFORE DELETE ON entries FOR EACH ROW
EXECUTE FUNCTION refuse('entries are append-only');
CREATE TRIGGER entries_truncate BEFORE TRUNCATE ON entries
EXECUTE FUNCTION refuse('entries are append-only');

CREATE FUNCTION leaves_dense() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.idx IS DISTINCT FROM (SELECT COALESCE(MAX(idx) + 1, 0) FROM leaves) THEN
        RAISE EXCEPTION 'leaves are dense: idx must be the number of leaves';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER leaves_insert BEFORE INSERT ON leaves FOR EACH ROW EXECUTE FUNCTION leaves_dense();
CREATE TRIGGER leaves_update BEFORE UPDATE ON leaves FOR EACH ROW
EXECUTE FUNCTION refuse('leaves are append-only');
CREATE TRIGGER leaves_delete BEFORE DELETE ON leaves FOR EACH ROW
EXECUTE FUNCTION refuse('leaves are append-only');
CREATE TRIGGER leaves_truncate BEFORE TRUNCATE ON leaves
EXECUTE FUNCTION refuse('leaves are append-only');

-- checkpoints: append-only and growing.
CREATE FUNCTION checkpoints_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.size <= (SELECT MAX(size) FROM checkpoints) THEN
        RAISE EXCEPTION 'checkpoints only grow: size must exceed the last one';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER checkpoints_insert BEFORE INSERT ON checkpoints FOR EACH ROW
EXECUTE FUNCTION checkpoints_grow();
CREATE TRIGGER checkpoints_update BEFORE UPDATE ON checkpoints FOR EACH ROW
EXECUTE FUNCTION refuse('checkpoints are append-only');
CREATE TRIGGER checkpoints_delete BEFORE DELETE ON checkpoints FOR EACH ROW
EXECUTE FUNCTION refuse('checkpoints are append-only');
CREATE TRIGGER checkpoints_truncate BEFORE TRUNCATE ON checkpoints
EXECUTE FUNCTION refuse('checkpoints are append-only');

-- reviews: what was reviewed never changes, an outcome is given once, and what was voided stays void.
CREATE TRIGGER reviews_subject BEFORE UPDATE ON reviews FOR EACH ROW
WHEN ((NEW.submission_id, NEW.case_id, NEW.round, NEW.head)
    IS DISTINCT FROM (OLD.submission_id, OLD.case_id, OLD.round, OLD.head))
EXECUTE FUNCTION refuse('reviews: what was submitted cannot change');
CREATE TRIGGER reviews_outcome BEFORE UPDATE ON reviews FOR EACH ROW
WHEN ((OLD.result IS NOT NULL AND NEW.result IS DISTINCT FROM OLD.result)
    OR (OLD.record_id IS NOT NULL AND NEW.record_id IS DISTINCT FROM OLD.record_id))
EXECUTE FUNCTION refuse('reviews: an outcome is given once');
CREATE TRIGGER reviews_voided BEFORE UPDATE ON reviews FOR EACH ROW
WHEN (OLD.voided AND NOT NEW.voided)
EXECUTE FUNCTION refuse('reviews: a voided review stays void');
CREATE TRIGGER reviews_delete BEFORE DELETE ON reviews FOR EACH ROW
EXECUTE FUNCTION refuse('reviews cannot be deleted');
CREATE TRIGGER reviews_truncate BEFORE TRUNCATE ON reviews
EXECUTE FUNCTION refuse('reviews cannot be deleted');

-- decisions: a major one needs a passing, standing review of its own case (行政处罚法 art. 58).
CREATE FUNCTION decisions_reviewed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.major IS NOT FALSE AND NOT EXISTS (
        SELECT 1 FROM reviews JOIN records ON records.id = reviews.record_id
        WHERE reviews.record_id = NEW.review_record_id AND reviews.case_id = NEW.case_id
            AND reviews.result = 'agree' AND reviews.voided = FALSE
            AND records.kind = 'review' AND records.chain = NEW.case_id
    ) THEN
        RAISE EXCEPTION 'decisions: a major decision needs a passing review of its case';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decisions_insert_major BEFORE INSERT ON decisions FOR EACH ROW
EXECUTE FUNCTION decisions_reviewed();
CREATE TRIGGER decisions_update_major
BEFORE UPDATE OF record_id, case_id, major, review_record_id ON decisions FOR EACH ROW
EXECUTE FUNCTION decisions_reviewed();
CREATE TRIGGER decisions_stay_major BEFORE UPDATE ON decisions FOR EACH ROW
WHEN (OLD.major AND NEW.major IS NOT TRUE)
EXECUTE FUNCTION refuse('decisions: a major decision stays major');
CREATE TRIGGER decisions_delete BEFORE DELETE ON decisions FOR EACH ROW WHEN (OLD.major)
EXECUTE FUNCTION refuse('decisions: a major decision cannot be deleted');
CREATE TRIGGER decisions_truncate BEFORE TRUNCATE ON decisions
EXECUTE FUNCTION refuse('decisions: a major decision cannot be deleted');

-- All that the public list's filters look at, so that counting reads no row of the table itself.
CREATE INDEX disclosures_counted ON disclosures (agency_id, act_kind, state, decided_on, show_until);

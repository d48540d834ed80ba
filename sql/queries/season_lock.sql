-- Waits until no decision is entering the audit, and lets none in until the transaction ends (S2.2.4).
SELECT s.version FROM season s WHERE s.school_code = $1 AND s.class_year = $2::int FOR UPDATE

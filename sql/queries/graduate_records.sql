-- A graduate's own records, newest first (S2.8.4), with the last reason that was given.
-- $1 school, $2 enrolment
SELECT r.school_code || '-' || r.id AS id, r.id AS record_id, r.uuid, r.version, r.flow, r.kind, r.state, r.submitted_at,
       nullif(r.employer_name, '') AS employer, r.number, e.reason_code, e.reason_text
FROM record r
LEFT JOIN LATERAL (
    SELECT w.reason_code, w.reason_text FROM event w
    WHERE w.school_code = $1::text AND w.record_id = r.id AND w.reason_text IS NOT NULL
    ORDER BY w.id DESC LIMIT 1) e ON true
WHERE r.school_code = $1::text AND r.graduate_id = $2::bigint
ORDER BY r.id DESC
LIMIT 200

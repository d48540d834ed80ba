-- A graduate's drafts, newest first.
-- $1 school, $2 enrolment
SELECT d.uuid, d.flow, d.kind, d.updated_at, r.school_code || '-' || r.id AS id
FROM draft d
LEFT JOIN record r ON r.school_code = $1::text AND r.uuid = d.uuid
WHERE d.school_code = $1::text AND d.graduate_id = $2::bigint
ORDER BY d.updated_at DESC, d.uuid
LIMIT 100

-- Messages of a graduate, newest first, before the id $3.
-- $1 school, $2 enrolment, $3 id, $4 rows
SELECT m.school_code || '-' || m.id AS id, m.id AS message_id, m.at, m.kind, m.params, m.school_code || '-' || m.record_id AS record,
       m.read_at IS NOT NULL AS read,
       (SELECT count(*) FROM message u
        WHERE u.school_code = $1::text AND u.graduate_id = $2::bigint AND u.read_at IS NULL) AS unread
FROM message m
WHERE m.school_code = $1::text AND m.graduate_id = $2::bigint AND m.id < $3::bigint
ORDER BY m.id DESC
LIMIT $4::int

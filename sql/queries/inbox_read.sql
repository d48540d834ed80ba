-- Mark one message as read, or ($3 = 0) all of them.
-- $1 school, $2 enrolment, $3 id or 0
UPDATE message SET read_at = now()
WHERE school_code = $1::text AND graduate_id = $2::bigint AND read_at IS NULL AND (id = $3::bigint OR $3::bigint = 0)

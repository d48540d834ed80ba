-- The school's *may not sign* (S1.5.7). $1 school, $2 enrolment, $3 reason or NULL, $4 account, $5 session, $6 address
-- $7 department or 0, $8 postgraduate or NULL (scope)
WITH old AS (SELECT g.id, g.barred FROM graduate g WHERE g.school_code = $1 AND g.id = $2::bigint
    AND (g.department_id = $7::bigint OR $7::bigint = 0) AND (g.postgraduate = $8::boolean OR $8::boolean IS NULL) FOR NO KEY UPDATE),
made AS (
    UPDATE graduate g SET barred = $3, version = g.version + 1, updated_at = now() FROM old o
    WHERE g.school_code = $1 AND g.id = o.id AND o.barred IS DISTINCT FROM $3 RETURNING g.id),
logged AS (
    INSERT INTO audit_log (school_code, actor_school, actor_id, session_id, address, kind, subject, before, after)
    SELECT $1, $1, $4::bigint, $5::bigint, $6, 'roster_bar', $1 || '-' || m.id, to_jsonb(o.barred), to_jsonb($3::text)
    FROM made m JOIN old o ON o.id = m.id)
SELECT o.id FROM old o

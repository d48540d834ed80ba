-- The session's token is dead.
-- $1 session
WITH s AS (DELETE FROM session WHERE id = $1::bigint RETURNING id, school_code, account_id, address)
INSERT INTO audit_log (school_code, actor_school, actor_id, session_id, address, kind, subject)
SELECT school_code, school_code, account_id, id, address, 'logout', school_code || '-' || account_id FROM s;

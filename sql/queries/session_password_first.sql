-- The first password, in a session that came by a one-time code: the code is used up (all of the account's are), the session
-- is like any other from now on, and the only one. Two at once: one deletes the code. No row: it was dead already.
-- $1 school, $2 account, $3 new hash, $4 session, $5 address
WITH code AS (
    DELETE FROM activation c USING session s
    WHERE s.id = $4::bigint AND s.school_code = $1 AND s.account_id = $2::bigint AND c.code_hash = s.activation_hash
      AND c.school_code = $1 AND c.account_id = $2::bigint AND c.expires_at > now()
    RETURNING c.code_hash),
others AS (
    DELETE FROM activation c USING code
    WHERE c.school_code = $1 AND c.account_id = $2::bigint AND c.code_hash <> code.code_hash),
a AS (
    UPDATE account a SET password_hash = $3, version = version + 1
    FROM code WHERE a.school_code = $1 AND a.id = $2::bigint AND a.password_hash IS NULL AND NOT a.disabled
    RETURNING a.school_code, a.id),
free AS (UPDATE session s SET activation_hash = NULL FROM a WHERE s.id = $4::bigint),
gone AS (
    DELETE FROM session s USING a
    WHERE s.school_code = a.school_code AND s.account_id = a.id AND s.id <> $4::bigint)
INSERT INTO audit_log (school_code, actor_school, actor_id, session_id, address, kind, subject, detail)
SELECT school_code, school_code, id, $4::bigint, $5, 'password', school_code || '-' || id, '{"by": "activation"}' FROM a
RETURNING 1;

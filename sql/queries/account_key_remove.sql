-- $1 school, $2 account, $3 fingerprint, $4 session, $5 address
WITH gone AS (
    DELETE FROM account_key k WHERE k.school_code = $1 AND k.account_id = $2::bigint AND k.fingerprint = $3 RETURNING fingerprint),
logged AS (
    INSERT INTO audit_log (school_code, actor_school, actor_id, session_id, address, kind, subject, before)
    SELECT $1, $1, $2::bigint, $4::bigint, $5, 'key_remove', $1 || '-' || $2, jsonb_build_object('fingerprint', g.fingerprint)
    FROM gone g)
SELECT g.fingerprint FROM gone g

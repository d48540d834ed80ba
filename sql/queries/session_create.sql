-- A new session, its log line, and no failures any more for this user from this address.
-- $1 token hash, $2 school, $3 account, $4 method, $5 address, $6 fingerprint, $7 user key,
-- $8 hash of the one-time code it came by, or NULL
WITH s AS (
    INSERT INTO session (token_hash, school_code, account_id, method, address, fingerprint, activation_hash)
    VALUES ($1::bytea, $2, $3::bigint, $4, $5, $6, $8::bytea) RETURNING id, school_code, account_id),
f AS (DELETE FROM login_failure WHERE user_name = $7 AND address = $5),
l AS (
    INSERT INTO audit_log (school_code, actor_school, actor_id, session_id, address, kind, subject, detail)
    SELECT school_code, school_code, account_id, id, $5, 'login', school_code || '-' || account_id,
           jsonb_build_object('outcome', 'ok', 'method', $4::text, 'fingerprint', $6::text) FROM s)
SELECT id FROM s;

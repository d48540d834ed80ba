-- One more failure; locked for $3 seconds. The attempt is in the audit log.
-- $1 user key, $2 address, $3 seconds, $4 school, $5 account (0: none such), $6 method
WITH f AS (
    INSERT INTO login_failure (user_name, address, failures, locked_until)
    VALUES ($1, $2, 1, now() + make_interval(secs => $3::int))
    ON CONFLICT (user_name, address) DO UPDATE
    SET failures = CASE WHEN login_failure.last_at > now() - interval '24 hours' THEN login_failure.failures + 1 ELSE 1 END,
        locked_until = excluded.locked_until, last_at = now()
    RETURNING failures)
INSERT INTO audit_log (school_code, actor_school, actor_id, address, kind, subject, detail)
SELECT $4::text, $4::text, $5::bigint, $2, 'login', $1, jsonb_build_object('outcome', 'refused', 'method', $6::text, 'failures', f.failures)
FROM f;

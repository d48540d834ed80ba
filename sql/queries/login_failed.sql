-- The attempt that was taken (login_take) was wrong: it is in the audit log.
-- $1 user key, $2 address, $3 school, $4 account (0: none such), $5 method
INSERT INTO audit_log (school_code, actor_school, actor_id, address, kind, subject, detail)
SELECT $3::text, $3::text, $4::bigint, $2, 'login', $1, jsonb_build_object('outcome', 'refused', 'method', $5::text, 'failures',
    (SELECT f.failures FROM login_failure f WHERE f.user_name = $1 AND f.address = $2));

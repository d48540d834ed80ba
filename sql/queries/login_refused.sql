-- An attempt that was not even looked at: locked out, or not for this way of log-in.
-- $1 user key, $2 address, $3 school, $4 account (0: none such), $5 method, $6 why
INSERT INTO audit_log (school_code, actor_school, actor_id, address, kind, subject, detail)
VALUES ($3, $3, $4::bigint, $2, 'login', $1, jsonb_build_object('outcome', 'refused', 'method', $5::text, 'why', $6::text));

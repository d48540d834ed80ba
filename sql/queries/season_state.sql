-- A class's settings as they stand, what a change of them reads, and the caller's account and request (S2.2.2 to S2.2.4).
-- $1 school  $2 class  $3 account's school  $4 account  $5 request id  $6 the states in process as 'flow/state'
-- $7 session
SELECT q.answer AS request_answer, encode(q.params_hash, 'hex') AS request_hash,
       EXISTS (SELECT FROM live_session t WHERE t.id = $7::bigint AND t.school_code = $3 AND t.account_id = $4::bigint) AS a_session,
       a.role AS a_role, a.disabled AS a_disabled, a.right_employment AS a_employment,
       s.version, s.online_signing, s.supplement, s.destination, s.audit_mode, s.termination_limit, s.void_audited,
       (SELECT count(*) FROM record r
        WHERE r.school_code = $1 AND r.class_year = $2::int AND r.waits_for <> 'nobody' AND r.flow || '/' || r.state = ANY ($6::text[])) AS in_process,
       (SELECT json_agg(json_build_array(m.department, m.postgraduate) ORDER BY m.department, m.postgraduate)
        FROM auditor_missing m WHERE m.school_code = $1 AND m.class_year = $2::int) AS missing
FROM (VALUES (1)) AS one(one)
LEFT JOIN season s ON s.school_code = $1 AND s.class_year = $2::int
LEFT JOIN account a ON a.school_code = $3 AND a.id = $4::bigint
LEFT JOIN request q ON q.school_code = $3 AND q.actor_id = $4::bigint AND q.request_id = $5::uuid

-- decide_load for a batch whose actions ask for nothing beyond who, what and where (needs = 0): most decisions of a
-- department, every return and rejection. The same columns, as far as they go; a third of the time.
-- $1 school_code  $2 record_id  $3 account_school  $4 account_id  $5 request_id  $6 the version that the caller saw
-- $7 session
SELECT (extract(epoch FROM now()) * 1000)::bigint AS now,
       q.answer AS request_answer, encode(q.params_hash, 'hex') AS request_hash,
       ss.id IS NOT NULL AS a_session, a.role AS a_role, a.disabled AS a_disabled, a.department_id AS a_department, a.person_id AS a_person,
       a.employer_id AS a_employer, a.right_employment AS a_employment, a.right_archive AS a_archive,
       a.right_household AS a_household, a.data_scope AS a_scope, a.version AS a_version,
       r.id AS r_id, r.uuid AS r_uuid, r.version AS r_version, r.flow AS r_flow, r.kind AS r_kind, r.state AS r_state,
       r.graduate_id AS r_graduate, r.employer_id AS r_employer, r.employer_name AS r_employer_name,
       r.credit_code AS r_credit_code, r.parent_id AS r_parent, r.applicant AS r_applicant, r.number AS r_number,
       r.forced AS r_forced, r.marked_returned AS r_marked_returned, r.untouched AS r_untouched,
       (extract(epoch FROM r.due_at) * 1000)::bigint AS r_due_at, r.revision AS r_revision,
       r.stage_d_actor AS r_stage_d_actor, r.last_action AS r_last_action, r.last_from AS r_last_from,
       r.last_actor AS r_last_actor, (extract(epoch FROM r.last_at) * 1000)::bigint AS r_last_at,
       r.passed_on AS r_passed_on,
       p.id AS p_id, p.version AS p_version, p.flow AS p_flow, p.kind AS p_kind, p.state AS p_state,
       p.employer_id AS p_employer, p.employer_name AS p_employer_name, p.credit_code AS p_credit_code,
       p.number AS p_number, p.revision AS p_revision,
       g.id AS g_id, g.version AS g_version, g.department_id AS g_department, g.class_year AS g_class,
       g.postgraduate AS g_postgraduate, g.training_mode AS g_training_mode, g.barred IS NOT NULL AS g_barred,
       g.person_id AS g_person, g.termination_count AS g_termination_count,
       s.version AS s_version, s.online_signing AS s_online_signing, s.supplement AS s_supplement,
       s.destination AS s_destination, s.audit_mode AS s_audit_mode, s.void_audited AS s_void_audited,
       s.termination_limit AS s_termination_limit,
       la.name AS by_name, la.role AS by_role
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::uuid[], $6::bigint[], $7::bigint[])
         WITH ORDINALITY AS i(school_code, record_id, account_school, account_id, request_id, seen, session_id, ord)
LEFT JOIN request q ON q.school_code = i.account_school AND q.actor_id = i.account_id AND q.request_id = i.request_id
LEFT JOIN account a ON a.school_code = i.account_school AND a.id = i.account_id
LEFT JOIN live_session ss ON ss.id = i.session_id AND ss.school_code = a.school_code AND ss.account_id = a.id
LEFT JOIN record r ON r.school_code = i.school_code AND r.id = i.record_id
LEFT JOIN record p ON p.school_code = i.school_code AND p.id = r.parent_id
LEFT JOIN graduate g ON g.school_code = i.school_code AND g.id = r.graduate_id
LEFT JOIN season s ON s.school_code = i.school_code AND s.class_year = g.class_year
LEFT JOIN LATERAL (
    SELECT b.name, b.role
    FROM account b
    WHERE b.school_code IN (i.school_code, '00000')
      AND b.id = CASE WHEN r.version <> i.seen THEN r.last_actor END
    LIMIT 1) la ON true
ORDER BY i.ord

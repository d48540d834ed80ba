-- Everything that the decisions of one batch read, one row per item, in the items' order; and now(), the only clock.
--
-- Parameters, one element per item:
--   $1 school_code  $2 record_id (0: by uuid)  $3 uuid  $4 graduate_id (0: the record's or the draft's)  $5 parent_id
--   $6 account_school  $7 account_id  $8 request_id (NULL: the clock)  $9 the version that the caller saw
--   $10 needs: which facts the action's guards and effects ask for, as bits of workflow/item.h (NEED_…)
--   $11 the session (the clock has none)
-- and for all: $12 the open states of applications as 'flow/state'.
-- A fact that is not asked for is not looked up: its key becomes NULL, and an index probe for NULL ends at once.
SELECT (extract(epoch FROM now()) * 1000)::bigint AS now,
       q.answer AS request_answer, encode(q.params_hash, 'hex') AS request_hash,
       -- who
       ss.id IS NOT NULL AS a_session, a.role AS a_role, a.disabled AS a_disabled, a.department_id AS a_department, a.person_id AS a_person,
       a.employer_id AS a_employer, a.right_employment AS a_employment, a.right_archive AS a_archive,
       a.right_household AS a_household, a.data_scope AS a_scope, a.version AS a_version,
       -- the record
       r.id AS r_id, r.uuid AS r_uuid, r.version AS r_version, r.flow AS r_flow, r.kind AS r_kind, r.state AS r_state,
       r.graduate_id AS r_graduate, r.employer_id AS r_employer, r.employer_name AS r_employer_name,
       r.credit_code AS r_credit_code, r.parent_id AS r_parent, r.applicant AS r_applicant, r.number AS r_number,
       r.forced AS r_forced, r.marked_returned AS r_marked_returned, r.untouched AS r_untouched,
       (extract(epoch FROM r.due_at) * 1000)::bigint AS r_due_at, r.revision AS r_revision,
       r.stage_d_actor AS r_stage_d_actor, r.last_action AS r_last_action, r.last_from AS r_last_from,
       r.last_actor AS r_last_actor, (extract(epoch FROM r.last_at) * 1000)::bigint AS r_last_at,
       r.passed_on AS r_passed_on, ap.open_here AS r_open_child,
       CASE WHEN q.request_id IS NULL AND i.needs & 512 <> 0 THEN nextval('record_id') END AS new_id,
       -- its parent
       p.id AS p_id, p.version AS p_version, p.flow AS p_flow, p.kind AS p_kind, p.state AS p_state,
       p.employer_id AS p_employer, p.employer_name AS p_employer_name, p.credit_code AS p_credit_code,
       p.number AS p_number, p.revision AS p_revision, ap.open_on_parent AS p_open_child,
       -- the graduate
       g.id AS g_id, g.version AS g_version, g.department_id AS g_department, g.class_year AS g_class,
       g.postgraduate AS g_postgraduate, g.training_mode AS g_training_mode, g.barred IS NOT NULL AS g_barred,
       g.person_id AS g_person, g.termination_count AS g_termination_count, ap.open_any AS g_open_termination,
       h.id AS place_record, h.flow AS place_flow, h.state AS place_state,
       iv.n AS g_invitations,
       -- the class's settings
       s.version AS s_version, s.online_signing AS s_online_signing, s.supplement AS s_supplement,
       s.destination AS s_destination, s.audit_mode AS s_audit_mode, s.void_audited AS s_void_audited,
       s.termination_limit AS s_termination_limit,
       i.needs & 4 <> 0 AND EXISTS (   -- S2.2.8: somebody of this department and level can decide
           SELECT FROM account d
           WHERE d.school_code = i.school_code AND d.role = 'department' AND NOT d.disabled
             AND d.department_id = g.department_id AND d.right_employment = 2
             AND d.data_scope IN (0, CASE WHEN g.postgraduate THEN 2 ELSE 1 END)) AS s_auditor_exists,
       encode(sc.number_key, 'hex') AS number_key,
       -- what was filled in and attached; who invites
       em.name AS em_name, em.credit_code AS em_credit_code,
       CASE WHEN i.needs & 2048 <> 0 THEN   -- the graduate as at the submission (S2.1.7)
           (SELECT jsonb_strip_nulls(jsonb_build_object(
                'name', w.g_name, 'sex', w.g_sex, 'ethnicity', w.g_ethnicity, 'political_status', w.g_political_status,
                'department', w.g_department, 'length', w.g_length, 'level', w.g_level, 'graduation', w.g_graduation,
                'mobile', w.g_mobile, 'email', w.g_email, 'student_no', w.g_student_no, 'exam_no', w.g_exam_no,
                'major', w.g_major, 'training_mode', w.g_training_mode, 'origin', w.g_origin))
            FROM graduate_row w WHERE w.school_code = i.school_code AND w.graduate_id = g.id) END AS snapshot,
       d.flow AS draft_flow, d.version AS draft_version, r.files_version AS files_version, d.kind AS draft_kind, d.body AS draft_body, ev.proofs, ev.images, c.content,
       -- the ledger: as it stands, and the version before (X1.6)
       l.version AS l_version, l.destination AS l_destination, l.archive AS l_archive, l.household AS l_household,
       lb.destination AS lb_destination, lb.archive AS lb_archive, lb.household AS lb_household,
       -- who came before the caller (X1.2); a department, school or graduate
       la.name AS by_name, la.role AS by_role
FROM unnest($1::text[], $2::bigint[], $3::uuid[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[], $8::uuid[],
            $9::bigint[], $10::int[], $11::bigint[])
         WITH ORDINALITY AS i(school_code, record_id, uuid, graduate_id, parent_id, account_school, account_id,
                              request_id, seen, needs, session_id, ord)
LEFT JOIN request q ON q.school_code = i.account_school AND q.actor_id = i.account_id AND q.request_id = i.request_id
LEFT JOIN account a ON a.school_code = i.account_school AND a.id = i.account_id
LEFT JOIN live_session ss ON ss.id = i.session_id AND ss.school_code = a.school_code AND ss.account_id = a.id
LEFT JOIN record r ON r.school_code = i.school_code
     AND r.id = CASE WHEN i.record_id <> 0 THEN i.record_id
                     ELSE (SELECT x.id FROM record x WHERE x.school_code = i.school_code AND x.uuid = i.uuid) END
LEFT JOIN record p ON p.school_code = i.school_code AND p.id = COALESCE(r.parent_id, NULLIF(i.parent_id, 0))
LEFT JOIN draft d ON d.school_code = i.school_code
     AND d.uuid = CASE WHEN i.needs & 1 <> 0 THEN COALESCE(r.uuid, i.uuid) END
LEFT JOIN graduate g ON g.school_code = i.school_code
     AND g.id = COALESCE(r.graduate_id, p.graduate_id, NULLIF(i.graduate_id, 0), d.graduate_id)
LEFT JOIN season s ON s.school_code = i.school_code AND s.class_year = g.class_year
LEFT JOIN school sc ON sc.school_code = CASE WHEN i.needs & 256 <> 0 THEN i.school_code END
LEFT JOIN place pl ON pl.school_code = i.school_code AND pl.class_year = g.class_year
     AND pl.graduate_id = CASE WHEN i.needs & 64 <> 0 THEN g.id END
LEFT JOIN record h ON h.school_code = i.school_code AND h.id = pl.record_id
LEFT JOIN record_content c ON c.school_code = i.school_code AND c.record_id = r.id
     AND c.revision = CASE WHEN i.needs & 16 <> 0 THEN r.revision END
LEFT JOIN ledger l ON l.school_code = i.school_code AND l.class_year = g.class_year
     AND l.graduate_id = CASE WHEN i.needs & 1024 <> 0 THEN g.id END
LEFT JOIN LATERAL (   -- as it stood before the last effect of this record, or of its parent, on it
    SELECT b.destination, b.archive, b.household
    FROM ledger_history b
    WHERE b.school_code = i.school_code AND b.class_year = g.class_year
      AND b.graduate_id = CASE WHEN i.needs & 32 <> 0 THEN g.id END
      AND b.version < (SELECT max(e.version) FROM ledger_history e
                       WHERE e.school_code = i.school_code AND e.class_year = g.class_year AND e.graduate_id = g.id
                         AND e.record_id = COALESCE(p.id, r.id))
    ORDER BY b.version DESC
    LIMIT 1) lb ON i.needs & 32 <> 0
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE e.purpose = 'proof') AS proofs,
           count(*) FILTER (WHERE e.purpose = 'stamped_image') AS images
    FROM evidence e
    WHERE e.school_code = i.school_code AND e.removed_at IS NULL
      AND e.record_uuid = CASE WHEN i.needs & 2 <> 0 THEN COALESCE(r.uuid, i.uuid) END) ev ON i.needs & 2 <> 0
LEFT JOIN LATERAL (
    SELECT bool_or(true) AS open_any, bool_or(t.parent_id = r.id) AS open_here, bool_or(t.parent_id = p.id) AS open_on_parent
    FROM record t
    WHERE t.school_code = i.school_code AND t.graduate_id = CASE WHEN i.needs & 128 <> 0 THEN g.id END
      AND t.flow || '/' || t.state = ANY ($12::text[])) ap ON i.needs & 128 <> 0
LEFT JOIN LATERAL (
    SELECT count(*) AS n
    FROM record v
    WHERE v.school_code = i.school_code AND v.graduate_id = CASE WHEN i.needs & 8 <> 0 THEN g.id END
      AND v.employer_id = a.employer_id AND v.flow = 'online_signing' AND v.state = 'invited') iv ON i.needs & 8 <> 0
LEFT JOIN employer em ON em.id = CASE WHEN i.needs & 8 <> 0 THEN a.employer_id END
LEFT JOIN LATERAL (
    SELECT b.name, b.role
    FROM account b
    WHERE b.school_code IN (i.school_code, '00000')
      AND b.id = CASE WHEN r.version <> i.seen THEN r.last_actor END
    LIMIT 1) la ON true
ORDER BY i.ord

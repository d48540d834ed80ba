-- One graduate, all of it. $1 school, $2 enrolment, $3 department or 0, $4 postgraduate or NULL (scope)
SELECT w.*, v.may_sign, v.why_not, g.barred,
       g.roster || jsonb_strip_nulls(jsonb_build_object(
           'exam_no', g.exam_no, 'name', g.name, 'education_level', g.education_level, 'major_code', nullif(g.major_code, ''),
           'major', g.major, 'training_mode', g.training_mode, 'graduation', nullif(g.graduation, ''), 'department', v.department,
           'student_no', g.student_no)) AS roster,
       CASE WHEN l.graduate_id IS NOT NULL THEN jsonb_strip_nulls(jsonb_build_object(
           'destination', l.destination, 'archive', l.archive, 'household', l.household)) END AS ledger,
       (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
            'id', r.school_code || '-' || r.id, 'uuid', r.uuid, 'version', r.version, 'flow', r.flow, 'kind', r.kind,
            'state', r.state, 'submitted_at', to_char(r.submitted_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS.MS"+08:00"'),
            'employer', nullif(r.employer_name, ''), 'number', r.number)) ORDER BY r.id DESC), '[]')
        FROM record r WHERE r.school_code = $1::text AND r.graduate_id = g.id) AS records
FROM graduate g
JOIN graduate_row w ON w.school_code = g.school_code AND w.graduate_id = g.id
JOIN roster_row v ON v.school_code = g.school_code AND v.graduate_id = g.id
LEFT JOIN ledger l ON l.school_code = g.school_code AND l.class_year = g.class_year AND l.graduate_id = g.id
WHERE g.school_code = $1::text AND g.id = $2::bigint AND (g.department_id = $3::bigint OR $3::bigint = 0)
  AND (g.postgraduate = $4::boolean OR $4::boolean IS NULL)

-- A session with its account, rights, classes (managers) and enrolments (graduates). A graduate's only enrolment is chosen by
-- itself; a manager's class is the newest until one is picked. No row: over; so is one that came by a one-time code when the
-- code is dead.
-- $1 session
SELECT s.id AS session_id, s.address, s.activation_hash IS NOT NULL AS must_set_password, a.school_code, a.id AS account_id, a.version, a.role, a.user_name, a.name, a.language,
       a.person_id, a.employer_id, a.right_employment, a.right_archive, a.right_household, a.data_scope,
       a.department_id, coalesce(e.department, a.department_name) AS department,
       (SELECT name FROM school WHERE school_code = coalesce(e.school_code, a.school_code)) AS school,
       coalesce(s.class_year, (SELECT max(class_year) FROM season WHERE school_code = a.school_code)) AS class_year,
       (SELECT coalesce(jsonb_agg(class_year ORDER BY class_year DESC), '[]') FROM season WHERE school_code = a.school_code) AS classes,
       coalesce(all_e.list, '[]') AS enrolments,
       e.school_code AS enrolment_school, e.id AS enrolment_id, e.class_year AS enrolment_class,
       e.department_id AS enrolment_department
FROM session s
JOIN account a ON a.school_code = s.school_code AND a.id = s.account_id
LEFT JOIN LATERAL (
    SELECT count(*) AS n, jsonb_agg(jsonb_build_object('id', g.school_code || '-' || g.id, 'school', c.name,
               'class', g.class_year, 'department', d.name, 'major', g.major, 'level', g.education_level)
               ORDER BY g.class_year DESC, g.school_code) AS list
    FROM graduate g
    JOIN school c ON c.school_code = g.school_code
    JOIN department d ON d.school_code = g.school_code AND d.id = g.department_id
    WHERE g.person_id = a.person_id) all_e ON a.person_id IS NOT NULL
LEFT JOIN LATERAL (
    SELECT g.school_code, g.id, g.class_year, g.department_id, d.name AS department
    FROM graduate g
    JOIN department d ON d.school_code = g.school_code AND d.id = g.department_id
    WHERE g.person_id = a.person_id
      AND CASE WHEN s.enrolment_id IS NULL THEN all_e.n = 1
               ELSE g.school_code = s.enrolment_school AND g.id = s.enrolment_id END) e ON a.person_id IS NOT NULL
WHERE s.id = $1::bigint AND NOT a.disabled AND s.seen_at > now() - interval '12 hours'
  AND (s.activation_hash IS NULL
       OR a.password_hash IS NULL AND EXISTS (SELECT FROM activation c WHERE c.code_hash = s.activation_hash AND c.expires_at > now()));

-- Graduates whose account has no password yet. $1 school, $2 class, $3 enrolment or NULL, $4 department's name or NULL, $5 rows
-- $6 department or 0, $7 postgraduate or NULL (scope)
SELECT g.name, g.student_no, g.school_code || '.' || g.student_no AS "user", a.id AS account_id
FROM graduate g
JOIN account a ON a.school_code = '00000' AND a.person_id = g.person_id AND a.password_hash IS NULL
WHERE g.school_code = $1 AND g.class_year = $2::int AND g.student_no <> '' AND (g.id = $3::bigint OR $3::bigint IS NULL)
  AND ($4::text IS NULL OR g.department_id = (SELECT d.id FROM department d WHERE d.school_code = $1 AND d.name = $4))
  AND (g.department_id = $6::bigint OR $6::bigint = 0) AND (g.postgraduate = $7::boolean OR $7::boolean IS NULL)
ORDER BY g.department_id, g.name_key, g.id
LIMIT $5::int

-- A person's account, by school and student number; a number used twice (two classes) must lead to one person.
-- $1 school, $2 student number
SELECT DISTINCT a.school_code, a.id, a.role, a.password_hash
FROM graduate g JOIN account a ON a.school_code = '00000' AND a.person_id = g.person_id
WHERE g.school_code = $1 AND g.student_no = $2 AND NOT a.disabled;

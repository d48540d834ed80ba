-- The roster's departments, and which have an account (S1.4.4). $1 school
SELECT d.id AS department_id, d.name, EXISTS (
    SELECT FROM account a WHERE a.school_code = d.school_code AND a.role = 'department' AND NOT a.disabled
                            AND a.department_id = d.id) AS has_account
FROM department d WHERE d.school_code = $1
ORDER BY d.name

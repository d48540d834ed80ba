-- What the two-level mode would lack without this account (S2.2.8), and its version. $1 school, $2 account
SELECT a.version, coalesce(jsonb_agg(DISTINCT jsonb_build_object('department', d.name, 'scope',
           CASE WHEN g.postgraduate THEN 'postgraduate' ELSE 'undergraduate' END)) FILTER (WHERE g.id IS NOT NULL), '[]') AS missing
FROM account a
LEFT JOIN season s ON s.school_code = a.school_code AND s.audit_mode = 'two_level'
LEFT JOIN graduate g ON g.school_code = s.school_code AND g.class_year = s.class_year AND g.department_id = a.department_id
     AND a.role = 'department' AND a.right_employment = 2 AND a.data_scope IN (0, CASE WHEN g.postgraduate THEN 2 ELSE 1 END)
     AND NOT EXISTS (SELECT FROM account b WHERE b.school_code = a.school_code AND b.role = 'department' AND NOT b.disabled
                       AND b.id <> a.id AND b.department_id = a.department_id AND b.right_employment = 2
                       AND b.data_scope IN (0, CASE WHEN g.postgraduate THEN 2 ELSE 1 END))
LEFT JOIN department d ON d.school_code = a.school_code AND d.id = a.department_id
WHERE a.school_code = $1 AND a.id = $2::bigint AND a.removed_at IS NULL
GROUP BY a.school_code, a.id

-- One account, to be changed. $1 school, $2 account
SELECT a.role, a.version, a.user_name, a.department_id, a.department_name, a.right_employment, a.right_archive,
       a.right_household, a.data_scope, a.disabled, COALESCE(a.province_code, h.province_code) AS province_code
FROM account a
LEFT JOIN school h ON h.school_code = a.school_code
WHERE a.school_code = $1 AND a.id = $2::bigint AND a.removed_at IS NULL

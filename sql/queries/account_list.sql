-- Accounts by user name (S1.4.1, S1.4.6).
-- $1 roles, $2 school, $3 province or NULL for all, $4 keyword as an ILIKE pattern or NULL, $5 after this
-- user name, $6 rows
SELECT a.school_code || '-' || a.id AS id, a.id AS account_id, a.user_name AS "user", a.user_name AS key, a.role, a.name,
       nullif(a.title, '') AS title, a.department_name AS department,
       CASE WHEN a.role = 'department' THEN a.department_id IS NOT NULL END AS matched, nullif(a.email, '') AS email,
       nullif(a.mobile, '') AS mobile, nullif(a.phone, '') AS phone, nullif(a.fax, '') AS fax, nullif(a.qq, '') AS qq,
       jsonb_build_object('employment', (ARRAY['none', 'read', 'write'])[a.right_employment + 1],
                          'archive', (ARRAY['none', 'read', 'write'])[a.right_archive + 1],
                          'household', (ARRAY['none', 'read', 'write'])[a.right_household + 1]) AS rights,
       (ARRAY['both', 'undergraduate', 'postgraduate'])[a.data_scope + 1] AS scope, a.disabled,
       a.password_hash IS NOT NULL AS activated, a.version
FROM account a
LEFT JOIN school h ON h.school_code = a.school_code
WHERE a.role = ANY ($1::text[]) AND a.removed_at IS NULL AND a.school_code = $2
  AND ($3::text IS NULL OR COALESCE(a.province_code, h.province_code) = $3)
  AND ($4::text IS NULL OR concat_ws(' ', a.user_name, a.name, a.title, a.department_name, a.email, a.mobile, a.phone, a.fax,
                                     a.qq, a.school_code, h.name) ILIKE $4)
  AND a.user_name > $5
ORDER BY a.user_name
LIMIT $6::int

-- What an account may hand on is bounded by its own. $1 school, $2 account; $3 the school it acts on, or NULL
SELECT a.province_code, h.school_code IS NOT NULL AS school_known, h.province_code AS school_province
FROM account a
LEFT JOIN school h ON h.school_code = $3::text
WHERE a.school_code = $1 AND a.id = $2::bigint

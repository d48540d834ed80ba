-- Whom a search text finds, by name (at most 50,001 are looked at). $1 to $11 as roster_page_name;
-- $12 search: identity (HMAC in hex), last_four, student_no, initials, name; $13 its text
WITH found AS MATERIALIZED (
    (SELECT g.id FROM graduate g WHERE $12::text = 'identity' AND g.school_code = $1::text AND g.class_year = $2::int
        AND g.identity_hmac = decode(CASE $12::text WHEN 'identity' THEN $13::text ELSE '' END, 'hex')
    UNION ALL
    SELECT g.id FROM graduate g WHERE $12::text = 'last_four' AND g.school_code = $1::text AND g.class_year = $2::int
        AND right(g.identity_no, 4) = $13::text
    UNION ALL
    SELECT g.id FROM graduate g WHERE $12::text IN ('student_no', 'number') AND g.school_code = $1::text
        AND g.class_year = $2::int AND g.student_no ~>=~ $13::text AND g.student_no ~<~ ($13::text || U&'\+10FFFF')
    UNION ALL
    SELECT g.id FROM graduate g WHERE $12::text = 'initials' AND g.school_code = $1::text AND g.class_year = $2::int
        AND g.initials ~>=~ $13::text AND g.initials ~<~ ($13::text || U&'\+10FFFF')
    UNION ALL
    SELECT g.id FROM graduate g WHERE $12::text = 'name' AND g.school_code = $1::text AND g.class_year = $2::int
        AND g.name ~>=~ $13::text AND g.name ~<~ ($13::text || U&'\+10FFFF'))
    LIMIT 50001),
page AS (
    SELECT g.id, g.name_key AS key
    FROM found f
    JOIN graduate g ON g.school_code = $1::text AND g.id = f.id
    WHERE g.class_year = $2::int
      AND (g.department_id = $3::bigint OR $3::bigint = 0) AND (g.postgraduate = $4::boolean OR $4::boolean IS NULL)
      AND ($5::text = '' OR g.department_id = (SELECT d.id FROM department d WHERE d.school_code = $1::text AND d.name = $5::text))
      AND (g.education_level = $6::text OR $6::text = '') AND ($7::text = '' OR starts_with(g.major, $7::text))
      AND ($8::boolean IS NULL OR $8::boolean = (g.barred IS NULL
           AND EXISTS (SELECT FROM season s WHERE s.school_code = $1::text AND s.class_year = $2::int AND s.online_signing)))
      AND (g.name_key, g.id) > ($9::text, $10::bigint)
    ORDER BY g.name_key, g.id
    LIMIT $11::int)
SELECT v.*, page.key
FROM page
JOIN roster_row v ON v.school_code = $1::text AND v.graduate_id = page.id
ORDER BY page.key, page.id

-- A page of the roster by name: an index walk from the key on.
-- $1 school, $2 class, $3 department or 0, $4 postgraduate or NULL (scope), $5 department's name, $6 level, $7 major's beginning
-- ('' = any), $8 may sign or NULL, $9 key, $10 id, $11 rows
WITH page AS (
    SELECT g.id, g.name_key AS key
    FROM graduate g
    WHERE g.school_code = $1::text AND g.class_year = $2::int
      AND (g.department_id = $3::bigint OR $3::bigint = 0) AND (g.postgraduate = $4::boolean OR $4::boolean IS NULL)
      AND ($5::text = '' OR g.department_id = (SELECT d.id FROM department d WHERE d.school_code = $1::text AND d.name = $5::text))
      AND (g.education_level = $6::text OR $6::text = '') AND ($7::text = '' OR starts_with(g.major, $7::text))
      AND ($8::boolean IS NULL OR $8::boolean = (g.barred IS NULL
           AND EXISTS (SELECT FROM season s WHERE s.school_code = $1::text AND s.class_year = $2::int AND s.online_signing)))
      AND ((g.name_key, g.id) > ($9::text, $10::bigint))
    ORDER BY g.name_key, g.id
    LIMIT $11::int)
SELECT v.*, page.key
FROM page
JOIN roster_row v ON v.school_code = $1::text AND v.graduate_id = page.id
ORDER BY page.key, page.id

-- A page of a filtered list, or of one in an order that no index has: the candidates (at most 50,001) are found first, by
-- the index that the search's shape names, then filtered and sorted. `candidates` > 50,000: too wide.
-- $1 school, $2 class, $3 waits_for or NULL for every record, $4 holder, $5 flows, $6 states, $7 postgraduate or NULL,
-- $8 search: none, identity (HMAC in hex), last_four, student_no, number, initials, name; $9 its text,
-- $10 department or 0, $11 level, $12 major, $13 kind, $14 employer ('' = any; major and employer: prefixes),
-- $15 order: submitted, name, student_no; $16 descending, $17 key or NULL for the first page, $18 id, $19 rows,
-- $20 department's name ('' = any)
WITH pair AS MATERIALIZED (
    SELECT DISTINCT flow, state FROM unnest($5::text[], $6::text[]) AS p (flow, state)
), found AS MATERIALIZED (
    SELECT g.id FROM graduate g WHERE $8::text = 'identity' AND g.school_code = $1::text AND g.class_year = $2::int
        AND g.identity_hmac = decode(CASE $8::text WHEN 'identity' THEN $9::text ELSE '' END, 'hex')
    UNION ALL
    SELECT g.id FROM graduate g WHERE $8::text = 'last_four' AND g.school_code = $1::text AND g.class_year = $2::int
        AND right(g.identity_no, 4) = $9::text
    UNION ALL
    SELECT g.id FROM graduate g WHERE $8::text = 'student_no' AND g.school_code = $1::text AND g.class_year = $2::int
        AND g.student_no ~>=~ $9::text AND g.student_no ~<~ ($9::text || U&'\+10FFFF')
    UNION ALL
    SELECT g.id FROM graduate g WHERE $8::text = 'initials' AND g.school_code = $1::text AND g.class_year = $2::int
        AND g.initials ~>=~ $9::text AND g.initials ~<~ ($9::text || U&'\+10FFFF')
    UNION ALL
    SELECT g.id FROM graduate g WHERE $8::text = 'name' AND g.school_code = $1::text AND g.class_year = $2::int
        AND g.name ~>=~ $9::text AND g.name ~<~ ($9::text || U&'\+10FFFF')
), candidate AS MATERIALIZED (
    (SELECT r.id, r.graduate_id, r.department_id, r.postgraduate, r.flow, r.state, r.waits_for, r.holder_id, r.kind,
            r.employer_name, r.submitted_at, r.name_key, r.student_no
     FROM found f JOIN record r ON r.school_code = $1::text AND r.graduate_id = f.id AND r.class_year = $2::int
     LIMIT 50001)
    UNION ALL
    SELECT r.id, r.graduate_id, r.department_id, r.postgraduate, r.flow, r.state, r.waits_for, r.holder_id, r.kind,
           r.employer_name, r.submitted_at, r.name_key, r.student_no
    FROM record r
    WHERE $8::text = 'number' AND r.school_code = $1::text AND r.number = $9::text AND r.class_year = $2::int
    UNION ALL
    (SELECT r.id, r.graduate_id, r.department_id, r.postgraduate, r.flow, r.state, r.waits_for, r.holder_id, r.kind,
            r.employer_name, r.submitted_at, r.name_key, r.student_no
     FROM pair
     JOIN record r ON r.school_code = $1::text AND r.class_year = $2::int AND r.waits_for = $3::text
                  AND r.waits_for <> 'nobody' AND r.holder_id = $4::bigint AND r.flow = pair.flow AND r.state = pair.state
     WHERE $8::text = 'none' AND $3::text IS NOT NULL
     LIMIT 50001)
    UNION ALL
    (SELECT r.id, r.graduate_id, r.department_id, r.postgraduate, r.flow, r.state, r.waits_for, r.holder_id, r.kind,
            r.employer_name, r.submitted_at, r.name_key, r.student_no
     FROM pair
     JOIN record r ON r.school_code = $1::text AND r.class_year = $2::int AND r.flow = pair.flow AND r.state = pair.state
     WHERE $8::text = 'none' AND $3::text IS NULL
     LIMIT 50001)
), kept AS (
    SELECT c.id, CASE $15::text WHEN 'name' THEN c.name_key WHEN 'student_no' THEN c.student_no
                 ELSE to_char(c.submitted_at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS') END AS key
    FROM candidate c
    JOIN pair ON pair.flow = c.flow AND pair.state = c.state
    JOIN graduate g ON g.school_code = $1::text AND g.id = c.graduate_id
    WHERE (c.waits_for = $3::text OR $3::text IS NULL) AND (c.holder_id = $4::bigint OR $3::text IS NULL)
      AND (c.postgraduate = $7::boolean OR $7::boolean IS NULL)
      AND (c.department_id = $10::bigint OR $10::bigint = 0)
      AND (c.department_id = (SELECT d.id FROM department d WHERE d.school_code = $1::text AND d.name = $20::text)
           OR $20::text = '')
      AND (g.education_level = $11::text OR $11::text = '')
      AND (starts_with(g.major, $12::text) OR $12::text = '')
      AND (c.kind = $13::text OR $13::text = '')
      AND (starts_with(c.employer_name, $14::text) OR $14::text = '')
), page AS (
    SELECT k.id, k.key FROM kept k
    WHERE $17::text IS NULL
       OR CASE WHEN $16::boolean THEN (k.key, k.id) < ($17::text, $18::bigint) ELSE (k.key, k.id) > ($17::text, $18::bigint) END
    ORDER BY CASE WHEN NOT $16::boolean THEN k.key END, CASE WHEN NOT $16::boolean THEN k.id END,
             CASE WHEN $16::boolean THEN k.key END DESC, CASE WHEN $16::boolean THEN k.id END DESC
    LIMIT $19::int)
SELECT w.candidates, q.*, page.key
FROM (SELECT count(*) AS candidates FROM candidate) w
LEFT JOIN (page JOIN queue_row q ON q.school_code = $1::text AND q.record_id = page.id) ON true
ORDER BY CASE WHEN NOT $16::boolean THEN page.key END, CASE WHEN NOT $16::boolean THEN page.id END,
         CASE WHEN $16::boolean THEN page.key END DESC, CASE WHEN $16::boolean THEN page.id END DESC

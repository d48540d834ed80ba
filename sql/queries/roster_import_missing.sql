-- How many of the class the file lacks. $1 school, $2 class, $3 the file's examination numbers
SELECT count(*) AS missing FROM graduate g
LEFT JOIN (SELECT DISTINCT e FROM unnest($3::text[]) AS e) f ON f.e = g.exam_no
WHERE g.school_code = $1 AND g.class_year = $2::int AND f.e IS NULL

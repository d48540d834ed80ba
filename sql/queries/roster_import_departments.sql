-- The departments that the file names; new ones are made, and accounts that were waiting for them matched (S1.4.4, S2.2.8).
-- A class that nobody opened yet gets its settings, all switches off (S1.5.4). $1 school, $2 class, $3 names
WITH opened AS (
    INSERT INTO season (school_code, class_year) VALUES ($1, $2::int) ON CONFLICT (school_code, class_year) DO NOTHING),
made AS (
    INSERT INTO department (school_code, name) SELECT $1, n FROM unnest($3::text[]) AS n
    ON CONFLICT (school_code, name) DO NOTHING RETURNING id, name),
matched AS (
    UPDATE account a SET department_id = m.id, version = a.version + 1 FROM made m
    WHERE a.school_code = $1 AND a.role = 'department' AND a.department_id IS NULL AND a.department_name = m.name)
SELECT m.name FROM made m ORDER BY m.name

-- Takes a batch of checked rows in: one row per row of the file, in its order, with what became of it. A row whose hash is the
-- one that was taken in last time changes nothing. Training mode to or from 定向/委培 stays as it is (S2.9.2) and is told.
-- $1 school, $2 class, $3 the codes of directed modes; then one element per row: $4 examination number, $5 identity HMAC,
-- $6 identity number, $7 name, $8 name key, $9 initials, $10 student number, $11 department, $12 level, $13 postgraduate,
-- $14 major's code, $15 major, $16 training mode, $17 mobile, $18 its HMAC, $19 e-mail, $20 graduation, $21 other columns,
-- $22 row hash
WITH row AS MATERIALIZED (
    SELECT i.*, d.id AS department_id, p.id AS person_id, g.id AS graduate_id, g.row_hash AS known_hash,
           g.identity_hmac IS DISTINCT FROM i.identity_hmac AND g.id IS NOT NULL AS other_person,
           g.training_mode IS DISTINCT FROM i.training_mode AND g.id IS NOT NULL
               AND (g.training_mode = ANY ($3::text[]) OR i.training_mode = ANY ($3::text[])) AS mode_refused,
           g.training_mode AS known_mode,
           (g.name, g.department_id, g.education_level, g.postgraduate)
               IS DISTINCT FROM (i.name, d.id, i.education_level, i.postgraduate) AS key_data
    FROM unnest($4::text[], $5::bytea[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
                $12::text[], $13::boolean[], $14::text[], $15::text[], $16::text[], $17::text[], $18::bytea[],
                $19::text[], $20::text[], $21::jsonb[], $22::bytea[])
         WITH ORDINALITY AS i(exam_no, identity_hmac, identity_no, name, name_key, initials, student_no, department,
                              education_level, postgraduate, major_code, major, training_mode, mobile, mobile_hmac,
                              email, graduation, roster, row_hash, ord)
    JOIN department d ON d.school_code = $1 AND d.name = i.department
    JOIN person p ON p.identity_hmac = i.identity_hmac
    LEFT JOIN graduate g ON g.school_code = $1 AND g.class_year = $2::int AND g.exam_no = i.exam_no),
added AS (
    INSERT INTO graduate (school_code, class_year, person_id, exam_no, student_no, name, name_key, initials, identity_no,
                          identity_hmac, mobile_hmac, department_id, education_level, postgraduate, major_code, major,
                          training_mode, mobile, email, graduation, roster, row_hash)
    SELECT $1, $2::int, r.person_id, r.exam_no, r.student_no, r.name, r.name_key, r.initials, r.identity_no,
           r.identity_hmac, r.mobile_hmac, r.department_id, r.education_level, r.postgraduate, r.major_code, r.major,
           r.training_mode, r.mobile, r.email, r.graduation, r.roster, r.row_hash
    FROM row r WHERE r.graduate_id IS NULL
    ON CONFLICT (school_code, class_year, exam_no) DO NOTHING
    RETURNING exam_no),
changed AS (
    UPDATE graduate g
    SET student_no = r.student_no, name = r.name, name_key = r.name_key, initials = r.initials, mobile_hmac = r.mobile_hmac,
        department_id = r.department_id, education_level = r.education_level, postgraduate = r.postgraduate,
        major_code = r.major_code, major = r.major,
        training_mode = CASE WHEN r.mode_refused THEN g.training_mode ELSE r.training_mode END, mobile = r.mobile,
        email = r.email, graduation = r.graduation, roster = r.roster, row_hash = r.row_hash,
        version = g.version + CASE WHEN r.key_data OR (g.training_mode <> r.training_mode AND NOT r.mode_refused) THEN 1 ELSE 0 END,
        updated_at = now()
    FROM row r
    WHERE g.school_code = $1 AND g.id = r.graduate_id AND r.known_hash <> r.row_hash AND NOT r.other_person
    RETURNING g.id, g.name, g.name_key, g.student_no, g.department_id, g.postgraduate),
followed AS (   -- the records' copies, and the queue of the department they now belong to
    UPDATE record r
    SET name = c.name, name_key = c.name_key, student_no = c.student_no, department_id = c.department_id,
        postgraduate = c.postgraduate, holder_id = CASE WHEN r.waits_for = 'department' THEN c.department_id ELSE r.holder_id END
    FROM changed c
    WHERE r.school_code = $1 AND r.graduate_id = c.id
      AND (r.name, r.name_key, r.student_no, r.department_id, r.postgraduate)
          IS DISTINCT FROM (c.name, c.name_key, c.student_no, c.department_id, c.postgraduate))
SELECT r.ord - 1 AS row, r.mode_refused,
       CASE WHEN r.graduate_id IS NULL THEN CASE WHEN a.exam_no IS NULL THEN 'conflict' ELSE 'added' END
            WHEN r.other_person THEN 'conflict'
            WHEN r.known_hash <> r.row_hash THEN 'changed' ELSE 'unchanged' END AS what
FROM row r LEFT JOIN added a ON a.exam_no = r.exam_no
ORDER BY r.ord

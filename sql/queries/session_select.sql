-- The class or the enrolment that the session works on, and the account's language. NULL: as it was.
-- $1 session, $2 class, $3 enrolment's school, $4 enrolment, $5 language
WITH s AS (
    UPDATE session s
    SET class_year = coalesce($2::int, s.class_year),
        enrolment_school = coalesce($3, s.enrolment_school), enrolment_id = coalesce($4::bigint, s.enrolment_id)
    FROM account a
    WHERE s.id = $1::bigint AND a.school_code = s.school_code AND a.id = s.account_id
      AND ($4::bigint IS NULL OR EXISTS (SELECT FROM graduate g
            WHERE g.school_code = $3 AND g.id = $4::bigint AND g.person_id = a.person_id))
    RETURNING s.school_code, s.account_id)
UPDATE account a SET language = coalesce($5, a.language)
FROM s WHERE a.school_code = s.school_code AND a.id = s.account_id
RETURNING a.id;

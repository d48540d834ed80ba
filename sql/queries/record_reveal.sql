-- Unmasked personal numbers; the audit row is written by the same statement, so no answer leaves without it (X1.5).
-- $1 school, $2 record or 0, $3 enrolment or 0, $4 department or 0, $5 postgraduate or NULL, $6 own enrolment or 0,
-- $7 account's school, $8 account, $9 session, $10 address
WITH seen AS (
    SELECT g.school_code, g.id, g.identity_no, g.mobile, g.email, r.id AS record_id, r.flow, r.kind, c.content,
           jsonb_strip_nulls(jsonb_build_object('mobile', l.destination->'mobile', 'email', l.destination->'email')) AS contact
    FROM graduate g
    LEFT JOIN record r ON r.school_code = $1::text AND r.id = $2::bigint AND r.graduate_id = g.id
    LEFT JOIN record_content c ON c.school_code = $1::text AND c.record_id = r.id AND c.revision = r.revision
    LEFT JOIN ledger l ON l.school_code = $1::text AND l.class_year = g.class_year AND l.graduate_id = g.id
    WHERE g.school_code = $1::text
      AND g.id = CASE WHEN $2::bigint <> 0
                      THEN (SELECT x.graduate_id FROM record x WHERE x.school_code = $1::text AND x.id = $2::bigint)
                      ELSE $3::bigint END
      AND (g.department_id = $4::bigint OR $4::bigint = 0)
      AND (g.postgraduate = $5::boolean OR $5::boolean IS NULL)
      AND (g.id = $6::bigint OR $6::bigint = 0)
), logged AS (
    INSERT INTO audit_log (school_code, actor_school, actor_id, session_id, address, kind, subject)
    SELECT s.school_code, $7::text, $8::bigint, $9::bigint, $10::text, 'reveal',
           CASE WHEN s.record_id IS NULL THEN 'graduate:' || s.school_code || '-' || s.id
                ELSE 'record:' || s.school_code || '-' || s.record_id END
    FROM seen s
    RETURNING id)
SELECT s.identity_no, s.mobile, s.email, s.flow, s.kind, s.content - '_graduate' AS content_json,
       CASE WHEN s.contact <> '{}' THEN jsonb_build_object('destination', s.contact) END AS ledger_json
FROM seen s, logged

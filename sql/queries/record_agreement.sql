-- What the agreement's text is made of (S2.5.6). When the graduate reads it, it may have been printed: the approval that made
-- it can't be undone any more (X1.6).
-- $1 school, $2 record, $3 department or 0, $4 postgraduate or NULL, $5 own enrolment or 0
WITH seen AS (
    SELECT r.* FROM record r
    WHERE r.school_code = $1::text AND r.id = $2::bigint
      AND (r.department_id = $3::bigint OR $3::bigint = 0)
      AND (r.postgraduate = $4::boolean OR $4::boolean IS NULL)
      AND (r.graduate_id = $5::bigint OR $5::bigint = 0)
), passed_on AS (
    UPDATE record r SET passed_on = true FROM seen
    WHERE r.school_code = $1::text AND r.id = seen.id AND r.number IS NOT NULL AND NOT r.passed_on AND $5::bigint <> 0)
SELECT r.flow, r.kind, r.state, r.number, sc.name AS school, sc.agreement_parties, gr.*, c.content AS content_json,
       COALESCE(s.contacts -> 'all', s.contacts -> CASE WHEN r.postgraduate THEN 'postgraduate' ELSE 'undergraduate' END) AS contact
FROM seen r
JOIN school sc ON sc.school_code = $1::text
JOIN graduate_row gr ON gr.school_code = $1::text AND gr.graduate_id = r.graduate_id
LEFT JOIN season s ON s.school_code = $1::text AND s.class_year = r.class_year
LEFT JOIN record_content c ON c.school_code = $1::text AND c.record_id = r.id AND c.revision = r.revision

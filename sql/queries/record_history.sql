-- A record's events, newest last. No row at all: not there, or not in the caller's scope.
-- $1 school, $2 record, $3 department or 0, $4 postgraduate or NULL, $5 own enrolment or 0
SELECT e.at, e.action, e.from_state AS "from", e.to_state AS "to", nullif(a.name, '') AS by, e.actor_role AS role,
       e.reason_code, e.reason_text, e.version, e.revision
FROM record r
JOIN event e ON e.school_code = $1::text AND e.record_id = r.id
LEFT JOIN account a ON a.school_code = e.actor_school AND a.id = e.actor_id
WHERE r.school_code = $1::text AND r.id = $2::bigint
  AND (r.department_id = $3::bigint OR $3::bigint = 0)
  AND (r.postgraduate = $4::boolean OR $4::boolean IS NULL)
  AND (r.graduate_id = $5::bigint OR $5::bigint = 0)
ORDER BY e.id

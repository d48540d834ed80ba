-- Exact counts of what waits for one holder, by flow and state: index-only.
-- $1 school, $2 class, $3 waits_for, $4 holder, $5 postgraduate or NULL
SELECT r.flow, r.state, count(*) AS count
FROM record r
WHERE r.school_code = $1::text AND r.class_year = $2::int AND r.waits_for = $3::text AND r.waits_for <> 'nobody'
  AND r.holder_id = $4::bigint AND (r.postgraduate = $5::boolean OR $5::boolean IS NULL)
GROUP BY r.flow, r.state
ORDER BY r.flow, r.state

-- A page of a registration list (every record of the pairs, waiting or not), by time of submission.
-- $1 school, $2 class, $3 department or 0 for all, $4 flows, $5 states, $6 postgraduate or NULL, $7 key, $8 id, $9 rows
WITH page AS (
    SELECT p.key, p.id
    FROM unnest($4::text[], $5::text[]) AS pair (flow, state)
    CROSS JOIN LATERAL (
        SELECT r.submitted_at AS key, r.id
        FROM record r
        WHERE r.school_code = $1::text AND r.class_year = $2::int AND r.flow = pair.flow AND r.state = pair.state
          AND (r.department_id = $3::bigint OR $3::bigint = 0)
          AND (r.postgraduate = $6::boolean OR $6::boolean IS NULL)
          AND (r.submitted_at, r.id) > ($7::timestamptz, $8::bigint)
        ORDER BY r.submitted_at, r.id
        LIMIT $9::int) p
    ORDER BY p.key, p.id
    LIMIT $9::int)
SELECT q.*, page.key
FROM page
JOIN queue_row q ON q.school_code = $1::text AND q.record_id = page.id
ORDER BY page.key, page.id

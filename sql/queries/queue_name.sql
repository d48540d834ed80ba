-- A page of what waits for one holder, by name: keyset ($8 key, $9 id), over (flow, state) pairs.
-- Each pair walks its own stretch of the partial index and stops after $10, so a page costs the same in any number of records.
-- $1 school, $2 class, $3 waits_for, $4 holder, $5 flows, $6 states, $7 postgraduate or NULL
WITH page AS (
    SELECT p.key, p.id
    FROM unnest($5::text[], $6::text[]) AS pair (flow, state)
    CROSS JOIN LATERAL (
        SELECT r.name_key AS key, r.id
        FROM record r
        WHERE r.school_code = $1::text AND r.class_year = $2::int AND r.waits_for = $3::text AND r.waits_for <> 'nobody'
          AND r.holder_id = $4::bigint AND r.flow = pair.flow AND r.state = pair.state
          AND (r.postgraduate = $7::boolean OR $7::boolean IS NULL)
          AND (r.name_key, r.id) > ($8::text, $9::bigint)
        ORDER BY r.name_key, r.id
        LIMIT $10::int) p
    ORDER BY p.key, p.id
    LIMIT $10::int)
SELECT q.*, page.key
FROM page
JOIN queue_row q ON q.school_code = $1::text AND q.record_id = page.id
ORDER BY page.key, page.id

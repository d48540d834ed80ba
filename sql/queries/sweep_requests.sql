-- The request log is kept for 7 days.
DELETE FROM request q
USING (SELECT school_code, actor_id, request_id FROM request WHERE at < now() - interval '7 days' ORDER BY at LIMIT 5000) old
WHERE q.school_code = old.school_code AND q.actor_id = old.actor_id AND q.request_id = old.request_id

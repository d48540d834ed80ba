-- The request log is kept for 7 days; the oldest first. A day brings millions: jobs/sweep.c comes again while there are more.
WITH old AS MATERIALIZED (
    SELECT q.school_code, q.actor_id, q.request_id FROM request q
    WHERE q.at < now() - interval '7 days' ORDER BY q.at LIMIT 20000 FOR UPDATE SKIP LOCKED),
gone AS (
    DELETE FROM request q USING old
    WHERE q.school_code = old.school_code AND q.actor_id = old.actor_id AND q.request_id = old.request_id)
SELECT count(*) = 20000 AS more FROM old

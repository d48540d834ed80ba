-- Milliseconds until the next deadline; NULL: none.
SELECT ceil(extract(epoch FROM min(r.due_at) - now()) * 1000)::bigint FROM record r
WHERE r.due_at IS NOT NULL AND r.due_at > now()

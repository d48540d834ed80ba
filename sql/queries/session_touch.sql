-- The session is in use.
-- $1 session
UPDATE session SET seen_at = now() WHERE id = $1::bigint;

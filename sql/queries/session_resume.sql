-- The session behind a token's hash.
-- $1 hash
UPDATE session SET seen_at = now() WHERE token_hash = $1::bytea AND seen_at > now() - interval '12 hours' RETURNING id;

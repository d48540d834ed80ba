-- Is the session alive, and is what it caches of its account still true? No row: over.
-- $1 school code, $2 account, $3 session
SELECT a.version
FROM account a
JOIN session s ON s.id = $3::bigint AND s.school_code = a.school_code AND s.account_id = a.id
WHERE a.school_code = $1 AND a.id = $2::bigint AND NOT a.disabled AND s.seen_at > now() - interval '12 hours';

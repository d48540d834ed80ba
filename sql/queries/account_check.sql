-- Is the session alive, and is what it caches of its account still true? If not, the whole segment fails with QX001: what
-- comes behind this in it reads and writes nothing.
-- $1 school code, $2 account, $3 session, $4 the account's version as cached
SELECT CASE WHEN EXISTS (
    SELECT FROM account a
    JOIN live_session s ON s.id = $3::bigint AND s.school_code = a.school_code AND s.account_id = a.id
    WHERE a.school_code = $1 AND a.id = $2::bigint AND NOT a.disabled AND a.version = $4::bigint) THEN true
    ELSE session_stale() END;

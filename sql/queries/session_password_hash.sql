-- The caller's own password hash.
-- $1 school, $2 account
SELECT password_hash FROM account WHERE school_code = $1 AND id = $2::bigint AND NOT disabled;

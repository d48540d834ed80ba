-- Is this the one-time code of an account that has no password yet?
-- $1 hash, $2 school, $3 account
SELECT 1 FROM activation c JOIN account a ON a.school_code = c.school_code AND a.id = c.account_id
WHERE c.code_hash = $1::bytea AND c.school_code = $2 AND c.account_id = $3::bigint AND c.expires_at > now()
  AND a.password_hash IS NULL AND NOT a.disabled;

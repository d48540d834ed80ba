-- Is this the account's one-time code?
-- $1 hash, $2 school, $3 account
SELECT 1 FROM activation
WHERE code_hash = $1::bytea AND school_code = $2 AND account_id = $3::bigint AND expires_at > now();

-- The code is used up (all of the account's are) and the first password set. No row: the code was not there any more.
-- $1 hash, $2 school, $3 account, $4 password hash
WITH used AS (
    DELETE FROM activation WHERE code_hash = $1::bytea AND school_code = $2 AND account_id = $3::bigint AND expires_at > now()
    RETURNING school_code, account_id),
others AS (
    DELETE FROM activation a USING used u
    WHERE a.school_code = u.school_code AND a.account_id = u.account_id AND a.code_hash <> $1::bytea)
UPDATE account a SET password_hash = $4, version = version + 1
FROM used u WHERE a.school_code = u.school_code AND a.id = u.account_id AND a.password_hash IS NULL
RETURNING a.id;

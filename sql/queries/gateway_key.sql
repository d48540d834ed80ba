-- Does the account have this public key?
-- $1 school, $2 account, $3 fingerprint
SELECT 1 FROM account_key WHERE school_code = $1 AND account_id = $2::bigint AND fingerprint = $3;

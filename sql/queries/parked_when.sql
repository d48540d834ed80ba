-- When the state was parked.
-- $1 school, $2 account
SELECT saved_at FROM parked WHERE school_code = $1 AND account_id = $2::bigint AND saved_at > now() - interval '24 hours';

-- The state of the last 24 hours.
-- $1 school, $2 account
SELECT body FROM parked WHERE school_code = $1 AND account_id = $2::bigint AND saved_at > now() - interval '24 hours';
